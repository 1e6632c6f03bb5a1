// Fills the generated sections of docs/ from the code they describe, so that neither can drift from the other, and writes
// docs/openapi.json and docs/latchkey.schema.json.
// `node tools/docs.ts` writes; with `--check` it changes nothing and exits 1, naming every stale file.
import { readFile, writeFile } from 'node:fs/promises'
import { CONFIG_SCHEMA_PATH, configSchemaText } from './docs/config-schema.ts'
import { OPENAPI_PATH, openApiText } from './docs/openapi.ts'
import { fillAll } from './docs/sections.ts'

const stale: string[] = []
const whole = [
  [OPENAPI_PATH, openApiText()],
  [CONFIG_SCHEMA_PATH, configSchemaText()],
] as const
for (const [path, text] of [...(await fillAll()), ...whole]) {
  if ((await readFile(path, 'utf8').catch(() => '')) === text) continue
  stale.push(path)
  if (!process.argv.includes('--check')) await writeFile(path, text)
}
if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`Stale: ${stale.join(', ')}. Run: npm run docs`)
  process.exitCode = 1
}
