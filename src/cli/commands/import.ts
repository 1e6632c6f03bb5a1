// latchkey import: keys of another system, hashed here before they leave.
import { Option, type Command } from 'commander'
import { contextOf } from '../context.ts'
import { ADAPTERS } from '../import/adapters/table.ts'
import { ENCODINGS, SCHEMES } from '../import/digest.ts'
import type { ImportOptions } from '../import/options.ts'
import { importKeys } from '../import/run-import.ts'
import type { Terminal } from '../terminal.ts'

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

export function addImport(program: Command, terminal: Terminal): void {
  program
    .command('import')
    .description('import keys of another system; keys in clear are hashed here, and never sent')
    .argument('<file>', 'what the other system exported; - reads standard input')
    .addOption(
      new Option('--from <system>', 'where it is from').choices(Object.keys(ADAPTERS)).makeOptionMandatory(),
    )
    .requiredOption('--project <id>', 'project that the keys are for')
    .option('--map <column=field>', 'csv, ndjson: what a column is; may be repeated', collect)
    .addOption(
      new Option('--hash <scheme>', 'csv, ndjson: of the column hash')
        .choices([...SCHEMES])
        .default('sha256'),
    )
    .addOption(
      new Option('--encoding <name>', 'csv, ndjson: of the hash; told by its text unless you say so').choices(
        [...ENCODINGS],
      ),
    )
    .option('--pepper-id <name>', 'hmac-sha256: which pepper, as the gateway knows it')
    .addOption(
      new Option('--environment <environment>', 'of keys that do not say; live unless you say so').choices([
        'live',
        'test',
      ]),
    )
    .option('--prefix <prefix>', 'declared beginning of the keys, such as acme_; may be repeated', collect)
    .option(
      '--format <alphabet:length>',
      'declared format of keys without one, such as base62:40 or uuid; may be repeated',
      collect,
    )
    .option('--dry-run', 'read everything, send nothing, and say what would become of it')
    .option('--strict', 'send nothing where a line is refused')
    .option(
      '--state <file>',
      'what an interrupted run goes on from; <file>.latchkey-import.json unless you say so',
    )
    .option('--report <file>', 'write the lines that were not imported, as NDJSON')
    .addHelpText(
      'after',
      '\nEnds with 1 where a line was refused. docs/import.md says what each system exports.',
    )
    .action(async (file: string, _, command: Command) => {
      const options = command.optsWithGlobals<ImportOptions>()
      await importKeys(contextOf(terminal, options), options, file)
    })
}
