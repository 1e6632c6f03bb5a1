// Whether the gateway is what the declared configuration says.
import type { Api } from '../api.ts'
import type { Context } from '../context.ts'
import { readDocument } from '../document.ts'
import { listOf, member } from '../json.ts'
import { planDeclared } from '../plan.ts'
import { found, type Finding } from './finding.ts'

export async function checkDrift({ terminal }: Context, api: Api, file: string): Promise<Finding> {
  const document = await readDocument(terminal, file)
  const planned = await planDeclared(api, document, { prune: false })
  const count = listOf(member(planned, 'changes')).length
  if (count === 0) return found('drift', 'pass', `The gateway is what ${file} says.`)
  const hasDrifted = member(member(planned, 'last_applied'), 'same_document') === true
  return found(
    'drift',
    'warn',
    hasDrifted
      ? `${file} was applied, and the gateway was changed since: ${count} differences.`
      : `${file} says otherwise in ${count} places.`,
    `latchkey plan -f ${file} shows them; latchkey apply or latchkey export brings them together.`,
  )
}
