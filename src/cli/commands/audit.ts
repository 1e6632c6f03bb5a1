// latchkey audit: what was changed by whom, as it happens, as a file, and whether the trail holds together.
import { open } from 'node:fs/promises'
import type { Command } from 'commander'
import { contextOf, printJson, tell, type Context, type GlobalOptions } from '../context.ts'
import { CliError } from '../exit.ts'
import { isJsonObject, listOf, member, type Json, type JsonObject } from '../json.ts'
import { isRead } from '../output.ts'
import { showProgress } from '../progress.ts'
import { showCell } from '../table.ts'
import { tail } from '../tail.ts'
import { print, type Terminal } from '../terminal.ts'

const LOOK_BACK = 100
const LINE_FEED = 10

interface Filters {
  readonly org?: string
  readonly team?: string
  readonly actor?: string
  readonly action?: string
  readonly target?: string
  readonly from?: string
  readonly to?: string
}

export function addAudit(program: Command, terminal: Terminal): void {
  const group = program
    .command('audit')
    .description('the audit trail: every change, by whom, in a hash chain')
  filtered(group.command('tail').description('the newest events; with --follow, also those that come'))
    .option('-f, --follow', 'go on until it is interrupted')
    .option('-n, --limit <number>', 'how many to begin with', Number, 20)
    .action(async (given: Filters & { follow?: boolean; limit: number }, command: Command) => {
      const { follow = false, limit, ...filters } = given
      await tail(contextOf(terminal, command.optsWithGlobals<GlobalOptions>()), {
        path: '/audit-events',
        query: queryOf(filters),
        columns: COLUMNS,
        nothing: 'No events.',
        limit,
        follow,
        lookBack: Math.max(LOOK_BACK, limit),
      })
    })
  filtered(group.command('export').description('write all events that the filters find, newest first'))
    .option('--format <format>', 'ndjson or csv', 'ndjson')
    .option('-o, --output <file>', 'a new file; standard output unless you say so')
    .action(async (given: Filters & { format: string; output?: string }, command: Command) => {
      await exportEvents(contextOf(terminal, command.optsWithGlobals<GlobalOptions>()), given)
    })
  group
    .command('verify')
    .description('whether the chain of the platform, or of an organization, is whole')
    .option('--org <id>', 'organization; the platform unless you say so')
    .action(async ({ org }: { org?: string }, command: Command) => {
      await verify(contextOf(terminal, command.optsWithGlobals<GlobalOptions>()), org)
    })
}

function filtered(command: Command): Command {
  return command
    .option('--org <id>', 'of this organization')
    .option('--team <id>', 'of this team')
    .option('--actor <id>', 'by this operator, member or key')
    .option('--action <action>', 'such as key.revoked')
    .option('--target <id>', 'about this')
    .option('--from <time>', 'since (RFC 3339)')
    .option('--to <time>', 'before (RFC 3339)')
}

function queryOf({ org, team, actor, action, target, from, to }: Filters) {
  return { organization_id: org, team_id: team, actor_id: actor, action, target_id: target, from, to }
}

const COLUMNS = [
  { title: 'time', of: (event: JsonObject) => event.time },
  { title: 'action', of: (event: JsonObject) => event.action },
  { title: 'actor', of: (event: JsonObject) => member(event.actor, 'id') },
  { title: 'target', of: (event: JsonObject) => member(listOf(event.targets)[0], 'id') },
  { title: 'organization', of: (event: JsonObject) => event.organization_id },
]

async function exportEvents(
  context: Context,
  { format, output, ...given }: Filters & { format: string; output?: string },
): Promise<void> {
  const api = await context.api()
  const query = { ...queryOf(given), format }
  const response = await api.open('GET', '/audit-events/export', { query })
  const total = Number(response.headers.get('x-total-count') ?? 'NaN')
  const progress = showProgress(context.terminal, 'events', Number.isNaN(total) ? null : total)
  const sink = output === undefined ? null : await openNew(output)
  let lines = 0
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fetch's bodies are of bytes
    for await (const bytes of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      lines += countLines(bytes)
      progress.update(lines)
      if (sink === null && !isRead(context.terminal)) return
      if (sink === null) context.terminal.stdout.write(bytes)
      else await sink.write(bytes)
    }
  } catch {
    throw new CliError('failed', `The export broke off after ${lines} lines.`, [
      'Export it in parts: --from and --to.',
    ])
  } finally {
    progress.end()
    await sink?.close()
  }
  const expected = format === 'csv' ? total + 1 : total
  if (lines < expected) throw new CliError('failed', `${lines} of ${expected} lines came.`)
  tell(context, `${total} events${output === undefined ? '' : ` in ${output}`}.`)
}

function countLines(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1
  return count
}

async function openNew(path: string) {
  return open(path, 'wx').catch(() => {
    throw new CliError('usage', `Cannot write ${path}: it exists already, or its folder does not.`)
  })
}

async function verify(context: Context, organization: string | undefined): Promise<void> {
  const api = await context.api()
  const progress = showProgress(context.terminal, 'events verified', null)
  let after: Json | undefined
  for (;;) {
    const report = await api.call('POST', '/audit-events/verify', {
      json: { organization_id: organization, after },
    })
    const head = member(report, 'head')
    progress.update(Number(member(head, 'seq') ?? 0))
    if (member(report, 'intact') !== true) {
      progress.end()
      if (context.options.json === true) printJson(context.terminal, report)
      const breach = member(report, 'breach')
      throw new CliError('failed', `The chain is broken: ${JSON.stringify(breach)}`, [
        'docs/api.md says what that means.',
      ])
    }
    if (member(report, 'complete') === true || !isJsonObject(head)) {
      progress.end()
      if (context.options.json === true) return printJson(context.terminal, report)
      return print(
        context.terminal,
        `Intact, up to event ${showCell(member(head, 'seq') ?? 0)}. Keep this: ${JSON.stringify(head)}`,
      )
    }
    after = head
  }
}
