// What is said of operators beside the verbs that every resource has: where a key is made.
import type { Command } from 'commander'
import { confirm, contextOf, type GlobalOptions } from '../context.ts'
import { addFields, bodyOf } from '../fields.ts'
import { makeWithSecret, SECRET_TO } from '../new-secret.ts'
import { OPERATOR_FIELDS } from '../resource-fields.ts'
import type { Terminal } from '../terminal.ts'

type Options = GlobalOptions & Readonly<Record<string, unknown>>

/** @param group the command `operators`, which has the common verbs already */
export function addOperators(group: Command, terminal: Terminal): void {
  const create = group
    .command('create')
    .description('create an operator; the key is shown once')
    .option('--login-only', 'make no key: one who only logs in, under the address of --email')
    .option(...SECRET_TO)
  addFields(create, OPERATOR_FIELDS).action(async (_, command: Command) => {
    const options = command.optsWithGlobals<Options>()
    const given = await bodyOf(terminal, options, OPERATOR_FIELDS)
    const json = options.loginOnly === true ? { ...given, with_key: false } : given
    const making = { path: '/operators', json, noun: 'operator', secretTo: options.secretTo }
    await makeWithSecret(contextOf(terminal, options), making)
  })
  group
    .command('rotate-key')
    .argument('<id>', 'id of the operator')
    .description('give an operator a new key, shown once; the old one is dead at once')
    .option(...SECRET_TO)
    .action(async (id: string, _, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const context = contextOf(terminal, options)
      await confirm(context, `The old key is refused from the next request on. (${id})`)
      const path = `/operators/${encodeURIComponent(id)}/rotate-key`
      await makeWithSecret(context, { path, noun: 'operator', secretTo: options.secretTo })
    })
}
