// latchkey routes import: the operations of an OpenAPI document as routes.
import type { Command } from 'commander'
import { contextOf, type GlobalOptions } from '../context.ts'
import { importRoutes, type ImportOptions } from '../openapi/run-import.ts'
import type { Terminal } from '../terminal.ts'

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

/** @param group the command `routes`, which has the common verbs already */
export function addRoutesImport(group: Command, terminal: Terminal): void {
  group
    .command('import')
    .description('make the operations of an OpenAPI document 3.0 or 3.1 routes; others stay as they are')
    .argument('<file>', 'YAML or JSON; - reads standard input')
    .requiredOption('--upstream <name>', 'upstream that they lead to')
    .option('--base <path>', 'path before those of the document, in place of what its servers say; / is none')
    .option('--hosts <values...>', 'that the routes are for; all of them unless you say so')
    .option('--prefix <text>', 'before the name of each route, such as shop.')
    .option('--scheme <names...>', 'security schemes that a key stands for; all of them unless you say so')
    .option('--map-scope <theirs=ours>', 'what a scope of the document is here; may be repeated', collect)
    .option('--partial', 'leave out what no route can say, and say what that is')
    .option('--dry-run', 'show the plan, and change nothing')
    .option(
      '--write <file>',
      'write the routes as a configuration to a new file, or to - ; no gateway is asked',
    )
    .addHelpText('after', '\nIt never ends a route. docs/config.md says what becomes of what.')
    .action(async (file: string, _, command: Command) => {
      const options = command.optsWithGlobals<ImportOptions & GlobalOptions>()
      await importRoutes(contextOf(terminal, options), options, file)
    })
}
