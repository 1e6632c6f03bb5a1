// The command line: every command with its help.
import { Command } from 'commander'
import { addAudit } from './commands/audit.ts'
import { addCompletion } from './commands/completion.ts'
import { addDeclared } from './commands/declared.ts'
import { addDeploy } from './commands/deploy.ts'
import { addDoctor } from './commands/doctor.ts'
import { addExplain } from './commands/explain.ts'
import { addKeyQuestions } from './commands/key-questions.ts'
import { addKeys } from './commands/keys.ts'
import { addImport } from './commands/import.ts'
import { addInit } from './commands/init.ts'
import { addLogs } from './commands/logs.ts'
import { addOperators } from './commands/operators.ts'
import { addRoutesImport } from './commands/routes-import.ts'
import { addResources } from './commands/resources.ts'
import { addSession } from './commands/session.ts'
import { EXIT } from './exit.ts'
import { print, say, type Terminal } from './terminal.ts'

const EXITS = Object.entries(EXIT)
  .map(([name, code]) => `${code} ${name.replaceAll('_', ' ')}`)
  .join(', ')

export function buildProgram(terminal: Terminal, version: string): Command {
  const program = new Command('latchkey')
    .description(
      'Operate a Latchkey gateway: keys, customers, routes, the audit trail, configuration as code.',
    )
    .version(version)
    .option('--json', 'answer with JSON, for scripts')
    .option('-q, --quiet', 'answer with ids alone, and say nothing beside')
    .option('-y, --yes', 'ask nothing before what cannot simply be undone')
    .option('--url <url>', 'the gateway; else LATCHKEY_URL, else that of the profile')
    .option('--profile <name>', 'a gateway that latchkey login remembers; else LATCHKEY_PROFILE')
    .addHelpText('after', `\nThe token is that of the profile, or LATCHKEY_TOKEN. Exit codes: ${EXITS}.`)
    .showHelpAfterError('(latchkey --help lists the commands)')
    .configureOutput({
      writeOut: (text) => print(terminal, text.trimEnd()),
      writeErr: (text) => say(terminal, text.trimEnd()),
      getOutHelpWidth: () => terminal.stdout.columns ?? 100,
      getErrHelpWidth: () => terminal.stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride()
  addInit(program, terminal)
  addDeploy(program, terminal)
  addDoctor(program, terminal)
  addSession(program, terminal)
  addResources(program, terminal)
  addKeys(groupOf(program, 'keys'), terminal)
  addKeyQuestions(groupOf(program, 'keys'), terminal)
  addRoutesImport(groupOf(program, 'routes'), terminal)
  addOperators(groupOf(program, 'operators'), terminal)
  addExplain(program, terminal)
  addDeclared(program, terminal)
  addImport(program, terminal)
  addLogs(program, terminal)
  addAudit(program, terminal)
  addCompletion(program, terminal)
  return program
}

/** What addResources has made, for what is said beside. */
function groupOf(program: Command, name: string): Command {
  const group = program.commands.find((command) => command.name() === name)
  if (group === undefined) throw new Error(`No resource is called ${name}.`)
  return group
}
