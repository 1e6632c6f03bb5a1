// What this package brings along for a gateway: the built Worker, its migrations, the settings that they need.
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isJsonObject, parseJson, textOf, type JsonObject } from '../json.ts'

export interface OwnPackage {
  readonly version: string
  /** Of the tools that a gateway is deployed with: `wrangler` and `node`, as this version was tested. */
  readonly tools: Readonly<Record<'wrangler' | 'node', string>>
  /** The wrangler.toml of a checkout: what the Worker of this version needs. */
  readonly settings: string
}

const NAME = 'latchkey'

/** The package is the nearest folder above this file that says so: the bundle and its source stand at different depths. */
export async function readOwnPackage(): Promise<OwnPackage> {
  for (
    let folder = dirname(fileURLToPath(import.meta.url));
    folder !== dirname(folder);
    folder = dirname(folder)
  ) {
    const manifest = await readManifest(folder)
    if (manifest === null) continue
    const { version, devDependencies } = manifest
    const tool = (name: string) =>
      (isJsonObject(devDependencies) ? textOf(devDependencies[name]) : null) ?? '*'
    return {
      version: textOf(version) ?? '0.0.0',
      tools: { wrangler: tool('wrangler'), node: tool('node') },
      settings: await readFile(join(folder, 'wrangler.toml'), 'utf8'),
    }
  }
  throw new Error('The package latchkey is not whole: install it again.')
}

async function readManifest(folder: string): Promise<JsonObject | null> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => null)
  const manifest = text === null ? null : parseJson(text)?.value
  return isJsonObject(manifest) && manifest.name === NAME ? manifest : null
}
