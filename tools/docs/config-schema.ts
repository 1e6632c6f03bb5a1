// docs/latchkey.schema.json: what a declared configuration may say, for editors (JSON Schema, draft 2020-12).
import { z } from '@hono/zod-openapi'
import { DeclaredConfig } from '../../src/control/schemas/declared.ts'

export const CONFIG_SCHEMA_PATH = 'docs/latchkey.schema.json'

export function configSchemaText(): string {
  const { $schema, ...rest } = z.toJSONSchema(DeclaredConfig, { io: 'input', unrepresentable: 'any' })
  const said = {
    $schema,
    title: 'Latchkey configuration',
    description: 'Everything that `latchkey plan` and `apply` keep as it is written: see docs/config.md.',
    ...rest,
  }
  return `${JSON.stringify(said, null, 1)}\n`
}
