// latchkey logs: requests that were refused of late, with reasons, as they become known.
import type { Command } from 'commander'
import { contextOf, type GlobalOptions } from '../context.ts'
import { textOf, type JsonObject } from '../json.ts'
import { tail } from '../tail.ts'
import type { Terminal } from '../terminal.ts'

interface LogOptions extends GlobalOptions {
  readonly keyId?: string
  readonly org?: string
  readonly project?: string
  readonly code?: string
  readonly follow?: boolean
  readonly limit: number
}

/** Notes of several isolates arrive within a minute, and not in the order of their requests. */
const LOOK_BACK = 200

const COLUMNS = [
  ...['at', 'status', 'code', 'method'].map((name) => ({ title: name, of: (row: JsonObject) => row[name] })),
  { title: 'url', of: ({ host, path }: JsonObject) => `${textOf(host) ?? ''}${textOf(path) ?? ''}` },
  ...['key_id', 'address', 'request_id'].map((name) => ({
    title: name.replaceAll('_', ' '),
    of: (row: JsonObject) => row[name],
  })),
]

export function addLogs(program: Command, terminal: Terminal): void {
  program
    .command('logs')
    .description('requests that were refused of late, and why; with --follow, also those that come')
    .option('-f, --follow', 'go on until it is interrupted')
    .option('-n, --limit <number>', 'how many to begin with', Number, 20)
    .option('--key-id <id>', 'of this key')
    .option('--org <id>', 'of keys of this organization')
    .option('--project <id>', 'of keys of this project')
    .option('--code <code>', 'refused with this code, such as scope_missing')
    .addHelpText(
      'after',
      '\nA few of each key and reason are kept, for a day (docs/refusals.md). All of them, and what passed, are in the log of the Worker: npx wrangler tail',
    )
    .action(async (_, command: Command) => logs(terminal, command.optsWithGlobals<LogOptions>()))
}

async function logs(terminal: Terminal, options: LogOptions): Promise<void> {
  const { keyId: key, org, project, code, follow = false, limit } = options
  await tail(contextOf(terminal, options), {
    path: key === undefined ? '/refusals' : `/keys/${encodeURIComponent(key)}/refusals`,
    query: { code, ...(key === undefined && { organization_id: org, project_id: project }) },
    columns: COLUMNS,
    nothing: 'Nothing was refused.',
    limit,
    follow,
    lookBack: Math.max(LOOK_BACK, limit),
  })
}
