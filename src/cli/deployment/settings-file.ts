// The settings of a folder, held against those that this version brings along.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Result } from '../../result.ts'
import { readOwnPackage } from './own-package.ts'
import type { Project } from './project.ts'
import { lacksOf, type Lack } from './settings.ts'

export async function findLacks({ root }: Pick<Project, 'root'>): Promise<Result<readonly Lack[], string>> {
  const { settings } = await readOwnPackage()
  return lacksOf(await readFile(join(root, 'wrangler.toml'), 'utf8'), settings)
}
