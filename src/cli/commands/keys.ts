// What is done with keys beside the verbs that every resource has: where a secret is made or read.
import type { Command } from 'commander'
import { confirm, contextOf, type GlobalOptions } from '../context.ts'
import { addFields, bodyOf } from '../fields.ts'
import { makeWithSecret, SECRET_TO } from '../new-secret.ts'
import { NEW_KEY_FIELDS } from '../resource-fields.ts'
import type { Terminal } from '../terminal.ts'

type Options = GlobalOptions & Readonly<Record<string, unknown>>

/** @param group the command `keys`, which has the common verbs already */
export function addKeys(group: Command, terminal: Terminal): void {
  const create = group
    .command('create')
    .description('create a key; the secret is shown once')
    .option(...SECRET_TO)
  addFields(create, NEW_KEY_FIELDS).action(async (_, command: Command) => {
    const options = command.optsWithGlobals<Options>()
    const json = await bodyOf(terminal, options, NEW_KEY_FIELDS)
    const making = { path: '/keys', json, noun: 'key', secretTo: options.secretTo }
    await makeWithSecret(contextOf(terminal, options), making)
  })
  group
    .command('rotate')
    .argument('<id>', 'id of the key')
    .description('make a new key in the place of this one, which goes on for a while')
    .option('--grace <seconds>', 'how long the old key still passes; 0 ends it now', Number)
    .option('--auto-complete <seconds>', 'end the old key once it was silent for so long', Number)
    .option(...SECRET_TO)
    .action(async (id: string, given: { grace?: number; autoComplete?: number }, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const context = contextOf(terminal, options)
      if (given.grace === 0) await confirm(context, 'The old key stops passing at once.')
      const json = { grace_seconds: given.grace, auto_complete_after_seconds: given.autoComplete }
      const path = `/keys/${encodeURIComponent(id)}/rotate`
      await makeWithSecret(context, { path, json, noun: 'key', secretTo: options.secretTo })
    })
  group
    .command('reveal')
    .argument('<id>', 'id of the key')
    .description('show the secret of a key of a recoverable project; each look is an audit event')
    .option(...SECRET_TO)
    .action(async (id: string, _, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const context = contextOf(terminal, options)
      await confirm(context, 'The secret is shown, and the audit trail says that you saw it.')
      const path = `/keys/${encodeURIComponent(id)}/reveal`
      await makeWithSecret(context, { path, noun: 'key', secretTo: options.secretTo })
    })
}
