// latchkey plan, apply and export: the declared configuration.
import type { Command } from 'commander'
import { stringify } from 'yaml'
import { colour, confirm, contextOf, printJson, tell, type Context, type GlobalOptions } from '../context.ts'
import { readDocument } from '../document.ts'
import { CliError, EXIT, Outcome } from '../exit.ts'
import { isJsonObject, isList, listOf, member, textOf, type Json } from '../json.ts'
import { applyDeclared, planDeclared } from '../plan.ts'
import { withSink } from '../secret.ts'
import { clean, showCell } from '../table.ts'
import { print, type Style, type Terminal } from '../terminal.ts'

interface Options extends GlobalOptions {
  readonly file: string
  readonly prune?: boolean
  readonly exitCode?: boolean
  readonly secretsTo?: string
}

const FILE = 'latchkey.yaml'

export function addDeclared(program: Command, terminal: Terminal): void {
  documented(program.command('plan').description('say what a file would change; nothing is changed'))
    .option('--exit-code', `end with ${EXIT.changes} where there is something to apply`)
    .action(async (_, command: Command) => plan(terminal, command.optsWithGlobals<Options>()))
  documented(
    program
      .command('apply')
      .description('make the gateway what a file says: all of it, in one batch, or nothing'),
  )
    .option('--secrets-to <file>', 'write the secrets of new keys to a new file, or with | to a command')
    .action(async (_, command: Command) => apply(terminal, command.optsWithGlobals<Options>()))
  program
    .command('export')
    .description('write the file that says what the gateway holds; it holds no secrets')
    .option('--org <id>', 'one organization alone')
    .action(async ({ org }: { org?: string }, command: Command) => {
      const context = contextOf(terminal, command.optsWithGlobals<Options>())
      const document = await (
        await context.api()
      ).call('GET', '/config/export', { query: { organization_id: org } })
      if (context.options.json === true) return printJson(terminal, document)
      return print(terminal, stringify(document, { lineWidth: 0 }).trimEnd())
    })
}

function documented(command: Command): Command {
  return command
    .option('-f, --file <file>', 'YAML or JSON; - reads standard input', FILE)
    .option('--prune', 'also end what exists and is not in the file')
}

async function plan(terminal: Terminal, options: Options): Promise<void> {
  const context = contextOf(terminal, options)
  const document = await readDocument(terminal, options.file)
  const planned = await planDeclared(await context.api(), document, { prune: options.prune === true })
  const changes = listOf(member(planned, 'changes'))
  if (options.json === true) printJson(terminal, planned)
  else showPlan(context, planned, options)
  if (options.exitCode === true && changes.length > 0) throw new Outcome('changes')
}

async function apply(terminal: Terminal, options: Options): Promise<void> {
  const context = contextOf(terminal, options)
  const api = await context.api()
  const document = await readDocument(terminal, options.file)
  const prune = options.prune === true
  const planned = await planDeclared(api, document, { prune })
  const changes = listOf(member(planned, 'changes'))
  if (options.json !== true) showPlan(context, planned, options)
  refuseHomeless(changes, options.secretsTo)
  if (changes.length > 0) await confirm(context, 'This is applied.')
  const made = changes.filter(makesKey).length
  await withSink(made === 0 ? undefined : options.secretsTo, async (sink) => {
    const applied = await applyDeclared(api, document, { prune, plan: member(planned, 'plan') })
    const keys = listOf(member(applied, 'keys'))
    await sink?.write(keys.map((key) => `${JSON.stringify(key)}\n`).join(''))
    if (sink !== null) tell(context, `${keys.length} secrets are in ${sink.name}.`)
    if (options.json === true) return printJson(terminal, withoutSecrets(applied))
    return tell(context, changes.length === 0 ? 'Nothing to do.' : `Applied.${effect(applied)}`)
  })
}

/** @throws where keys would be made whose secrets nobody would have */
function refuseHomeless(changes: readonly Json[], secretsTo: string | undefined): void {
  const made = changes.filter(makesKey).length
  if (made === 0 || secretsTo !== undefined) return
  throw new CliError(
    'usage',
    `Keys would be made (${made}). Where do their secrets go? Nothing was applied.`,
    [
      '--secrets-to new-keys.ndjson: a new file that only you can read',
      "--secrets-to '| vault kv put secret/latchkey keys=-': a command that reads them",
    ],
  )
}

function makesKey(change: Json): boolean {
  return member(change, 'resource') === 'key' && member(change, 'action') === 'created'
}

const MARKS: Readonly<Record<string, readonly [mark: string, style: Style]>> = {
  created: ['+', 'green'],
  deleted: ['-', 'red'],
  revoked: ['-', 'red'],
}

function showPlan(context: Context, planned: Json, { prune }: Options): void {
  const { terminal } = context
  for (const change of listOf(member(planned, 'changes'))) showChange(context, change)
  const count = (name: string) => Number(member(member(planned, 'summary'), name) ?? 0)
  const unmanaged = count('unmanaged')
  const beside =
    unmanaged === 0 || prune === true ? '' : ` ${unmanaged} beside the file, which --prune would end.`
  print(
    terminal,
    `${count('created')} to create, ${count('changed')} to change, ${count('ended')} to end.${beside}`,
  )
  const last = member(planned, 'last_applied')
  if (member(last, 'same_document') === true && listOf(member(planned, 'changes')).length > 0)
    print(
      terminal,
      colour(
        context,
        'yellow',
        `Drift: this file was applied at ${textOf(member(last, 'at')) ?? ''}, and the gateway was changed since.`,
      ),
    )
}

function showChange(context: Context, change: Json): void {
  const action = textOf(member(change, 'action')) ?? ''
  const [mark, style] = MARKS[action] ?? ['~', 'yellow']
  const label = clean(textOf(member(change, 'label')) ?? '')
  const what = `${mark} ${textOf(member(change, 'resource')) ?? ''} ${label}`
  print(
    context.terminal,
    colour(context, style, action === 'created' || action === 'updated' ? what : `${what} (${action})`),
  )
  for (const field of listOf(member(change, 'fields'))) {
    const name = textOf(member(field, 'name')) ?? ''
    const [from, to] = [showWhole(member(field, 'from')), showWhole(member(field, 'to'))]
    print(context.terminal, `    ${name}: ${action === 'created' ? to : `${from} -> ${to}`}`)
  }
}

// A list of limits is told with everything that they say: a plan that hides a change is none.
function showWhole(value: Json | undefined): string {
  const isComposed = isList(value) && value.some(isJsonObject)
  return isComposed ? clean(JSON.stringify(value)) : showCell(value)
}

function withoutSecrets(applied: Json): Json {
  const keys = listOf(member(applied, 'keys')).map((key) => ({
    id: member(key, 'id'),
    label: member(key, 'label'),
  }))
  return isJsonObject(applied) ? { ...applied, keys } : applied
}

function effect(applied: Json): string {
  const by = textOf(member(member(applied, 'propagation'), 'effective_by'))
  return by === null
    ? ' Not in force yet: it is published within a minute or two.'
    : ` In force everywhere by ${by}.`
}
