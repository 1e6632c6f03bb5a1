// What is asked of keys: whose one is, whether it would pass, what it was used for, and which of other systems are still in use.
import type { Command } from 'commander'
import {
  contextOf,
  printJson,
  showList,
  showRecord,
  tell,
  type Context,
  type GlobalOptions,
} from '../context.ts'
import { Outcome } from '../exit.ts'
import { isJsonObject, listOf, member, textOf, type Json, type JsonObject } from '../json.ts'
import { columnsOf } from '../table.ts'
import { print, readSecret, type Terminal } from '../terminal.ts'

/** @param group the command `keys` */
export function addKeyQuestions(group: Command, terminal: Terminal): void {
  group
    .command('inspect')
    .description('find out whose key this is; the key is read from standard input or a prompt')
    .option('--start <text>', 'instead of the key: how it begins, as it is shown')
    .option('--last4 <text>', 'and how it ends')
    .action(async (given: { start?: string; last4?: string }, command: Command) => {
      const context = contextOf(terminal, command.optsWithGlobals<GlobalOptions>())
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
      const context = contextOf(terminal, command.optsWithGlobals<GlobalOptions>())
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
      const context = contextOf(terminal, command.optsWithGlobals<GlobalOptions>())
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
      const context = contextOf(terminal, command.optsWithGlobals<GlobalOptions>())
      const query = { organization_id: given.organization, used_within_days: given.days?.toString() }
      imported(context, await (await context.api()).call('GET', '/imported-keys', { query }))
    })
  group
    .command('addresses')
    .argument('<id>', 'id of the key')
    .description('from where a key was used of late, and the ranges that would let just those through')
    .action(async (id: string, _, command: Command) => {
      const context = contextOf(terminal, command.optsWithGlobals<GlobalOptions>())
      addresses(context, await (await context.api()).call('GET', `/keys/${encodeURIComponent(id)}/addresses`))
    })
  group
    .command('rotation')
    .argument('<id>', 'id of the key')
    .description('whether the old key of a rotation is still used')
    .action(async (id: string, _, command: Command) => {
      const context = contextOf(terminal, command.optsWithGlobals<GlobalOptions>())
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

function addresses(context: Context, answer: Json): void {
  if (context.options.json === true) return printJson(context.terminal, answer)
  // What has no id of its own goes by its address with --quiet.
  const rows = listOf(member(answer, 'data')).flatMap((row) =>
    isJsonObject(row) ? [{ id: row.address, ...row }] : [],
  )
  const days = member(answer, 'kept_days')
  const none = days === 0 ? 'None are kept: ADDRESS_DAYS is 0.' : 'Not used of late.'
  showList(context, columnsOf(['address', 'first_seen_at', 'last_seen_at']), rows, none)
  const suggested = listOf(member(answer, 'suggested')).map(textOf)
  if (suggested.length > 0) tell(context, `A network policy for just these: ${suggested.join(', ')}`)
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
