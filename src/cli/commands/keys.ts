// What is said of keys beside the verbs that every resource has: where a secret is made or read, and what a key is used for.
import type { Command } from 'commander'
import {
  confirm,
  contextOf,
  printJson,
  showList,
  showRecord,
  type Context,
  type GlobalOptions,
} from '../context.ts'
import { addFields, bodyOf } from '../fields.ts'
import { Outcome } from '../exit.ts'
import { isJsonObject, listOf, member, textOf, type Json, type JsonObject } from '../json.ts'
import { makeWithSecret, SECRET_TO } from '../new-secret.ts'
import { NEW_KEY_FIELDS } from '../resource-fields.ts'
import { columnsOf } from '../table.ts'
import { print, readSecret, type Terminal } from '../terminal.ts'

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
  addQuestions(group, terminal)
}

function addQuestions(group: Command, terminal: Terminal): void {
  group
    .command('inspect')
    .description('find out whose key this is; the key is read from standard input or a prompt')
    .option('--start <text>', 'instead of the key: how it begins, as it is shown')
    .option('--last4 <text>', 'and how it ends')
    .action(async (given: { start?: string; last4?: string }, command: Command) => {
      const context = contextOf(terminal, command.optsWithGlobals<Options>())
      const json = await traceOf(terminal, given)
      await inspect(context, await (await context.api()).call('POST', '/keys/inspect', { json }))
    })
  group
    .command('verify')
    .description('ask whether a key would pass; the key is read from standard input or a prompt')
    .option('--scopes <values...>', 'that it would need')
    .option('--cost <number>', 'what it would take of each limit; 0 takes nothing', Number, 0)
    .option('--address <address>', 'from where it would come')
    .action(async (given: { scopes?: string[]; cost: number; address?: string }, command: Command) => {
      const context = contextOf(terminal, command.optsWithGlobals<Options>())
      const json = { key: await readSecret(terminal, 'Key'), ...given }
      verdict(context, await (await context.api()).call('POST', '/keys/verify', { json }))
    })
  group
    .command('usage')
    .argument('<id>', 'id of the key')
    .description('what a key was used for')
    .option('--grain <grain>', 'minute, hour or day')
    .option('--from <time>', 'RFC 3339')
    .option('--to <time>', 'RFC 3339')
    .action(async (id: string, query: Readonly<Record<string, string>>, command: Command) => {
      const context = contextOf(terminal, command.optsWithGlobals<Options>())
      usage(
        context,
        await (await context.api()).call('GET', `/keys/${encodeURIComponent(id)}/usage`, { query }),
      )
    })
  group
    .command('imported')
    .description('how many keys of other systems there are, by format, and how many are still used')
    .option('--organization <id>', 'of one organization')
    .option('--days <number>', 'used within so many days; 30 unless you say so', Number)
    .action(async (given: { organization?: string; days?: number }, command: Command) => {
      const context = contextOf(terminal, command.optsWithGlobals<Options>())
      const query = { organization_id: given.organization, used_within_days: given.days?.toString() }
      imported(context, await (await context.api()).call('GET', '/imported-keys', { query }))
    })
  group
    .command('rotation')
    .argument('<id>', 'id of the key')
    .description('whether the old key of a rotation is still used')
    .action(async (id: string, _, command: Command) => {
      const context = contextOf(terminal, command.optsWithGlobals<Options>())
      const evidence = await (await context.api()).call('GET', `/keys/${encodeURIComponent(id)}/rotation`)
      if (isJsonObject(evidence)) showRecord(context, evidence)
    })
}

async function traceOf(
  terminal: Terminal,
  { start, last4 }: { start?: string; last4?: string },
): Promise<JsonObject> {
  return start === undefined && last4 === undefined
    ? { key: await readSecret(terminal, 'Key') }
    : { start, last4 }
}

async function inspect(context: Context, answer: Json): Promise<void> {
  if (context.options.json === true) return printJson(context.terminal, answer)
  const rows = listOf(member(answer, 'matches')).flatMap((match) => {
    const key = member(match, 'key')
    return isJsonObject(key) ? [{ ...key, passes: member(match, 'passes'), code: member(match, 'code') }] : []
  })
  const columns = columnsOf(['id', 'name', 'state', 'project_id', 'organization_id', 'passes', 'code'])
  return showList(context, columns, rows, 'No key of this gateway.')
}

/** Ends with 1 where the key would not pass, so that a script can ask. */
function verdict(context: Context, answer: Json): void {
  const isValid = member(answer, 'valid') === true
  if (context.options.json === true) printJson(context.terminal, answer)
  else showVerdict(context, isValid, answer)
  if (!isValid) throw new Outcome('failed')
}

function showVerdict(context: Context, isValid: boolean, answer: Json): void {
  const why = textOf(member(answer, 'detail'))
  print(context.terminal, isValid ? 'valid' : `${textOf(member(answer, 'code')) ?? 'refused'}: ${why ?? ''}`)
  const key = member(answer, 'key')
  if (isJsonObject(key) && context.options.quiet !== true) showRecord(context, key)
}

function usage(context: Context, answer: Json): void {
  if (context.options.json === true) return printJson(context.terminal, answer)
  const rows = listOf(member(answer, 'data')).filter(isJsonObject)
  const columns = columnsOf(['time', 'requests', 'outcomes', 'statuses'])
  return showList(context, columns, rows, 'Not used in this time.')
}

function imported(context: Context, answer: Json): void {
  if (context.options.json === true) return printJson(context.terminal, answer)
  const rows = listOf(member(answer, 'formats')).filter(isJsonObject)
  const columns = columnsOf([
    'start',
    'imported_as',
    'keys',
    'active',
    'used',
    'never_used',
    'weak',
    'last_used_at',
  ])
  return showList(context, columns, rows, 'No keys of other systems.')
}
