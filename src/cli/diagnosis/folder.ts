// Whether the wrangler.toml of this folder, if there is one, has what this version of the tool deploys.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findLacks } from '../deployment/settings-file.ts'
import { found, type Finding } from './finding.ts'

export async function checkFolder(root: string): Promise<readonly Finding[]> {
  if (!existsSync(join(root, 'wrangler.toml'))) return []
  const lacks = await findLacks({ root })
  if (!lacks.ok)
    return [found('wrangler.toml', 'fail', `It cannot be read: ${lacks.error}`, 'Mend the file.')]
  if (lacks.value.length === 0) return [found('wrangler.toml', 'pass', 'It has what this version needs.')]
  const what = lacks.value.map((lack) => lack.what).join(', ')
  return [found('wrangler.toml', 'fail', `It lacks ${what}.`, 'npx latchkey deploy says which lines to add.')]
}
