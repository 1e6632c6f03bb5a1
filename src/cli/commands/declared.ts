// latchkey plan, apply and export: the declared configuration.
import type { Command } from 'commander'
import { stringify } from 'yaml'
import { confirm, contextOf, printJson, tell, type GlobalOptions } from '../context.ts'
import { readDocument } from '../document.ts'
import { CliError, EXIT, Outcome } from '../exit.ts'
import { isJsonObject, listOf, member, type Json } from '../json.ts'
import { applyDeclared, planDeclared } from '../plan.ts'
import { withSink } from '../secret.ts'
import { effectOfPlan, showPlan, type Beside } from '../show-plan.ts'
import { print, type Terminal } from '../terminal.ts'

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
  else showPlan(context, planned, besideOf(options))
  if (options.exitCode === true && changes.length > 0) throw new Outcome('changes')
}

async function apply(terminal: Terminal, options: Options): Promise<void> {
  const context = contextOf(terminal, options)
  const api = await context.api()
  const document = await readDocument(terminal, options.file)
  const prune = options.prune === true
  const planned = await planDeclared(api, document, { prune })
  const changes = listOf(member(planned, 'changes'))
  if (options.json !== true) showPlan(context, planned, besideOf(options))
  refuseHomeless(changes, options.secretsTo)
  if (changes.length > 0) await confirm(context, 'This is applied.')
  const made = changes.filter(makesKey).length
  await withSink(made === 0 ? undefined : options.secretsTo, async (sink) => {
    const applied = await applyDeclared(api, document, { prune, plan: member(planned, 'plan') })
    const keys = listOf(member(applied, 'keys'))
    await sink?.write(keys.map((key) => `${JSON.stringify(key)}\n`).join(''))
    if (sink !== null) tell(context, `${keys.length} secrets are in ${sink.name}.`)
    if (options.json === true) return printJson(terminal, withoutSecrets(applied))
    return tell(context, changes.length === 0 ? 'Nothing to do.' : `Applied.${effectOfPlan(applied)}`)
  })
}

/** What exists and is not in the file is told of where it stays, and is among the changes where it ends. */
function besideOf({ prune }: Options): Beside {
  return prune === true ? 'not_told' : 'told'
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

function withoutSecrets(applied: Json): Json {
  const keys = listOf(member(applied, 'keys')).map((key) => ({
    id: member(key, 'id'),
    label: member(key, 'label'),
  }))
  return isJsonObject(applied) ? { ...applied, keys } : applied
}
