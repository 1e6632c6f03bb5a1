// Runs one command line, and says how it ended.
import { CommanderError } from 'commander'
import { CliError, EXIT, Outcome } from './exit.ts'
import { failureOfOutput } from './output.ts'
import { buildProgram } from './program.ts'
import { say, styled, type Terminal } from './terminal.ts'

/** @returns the exit code. Never throws */
export async function run(args: readonly string[], terminal: Terminal, version: string): Promise<number> {
  const code = await runToItsEnd(args, terminal, version)
  const failure = await failureOfOutput(terminal)
  if (failure === null) return code
  say(terminal, `Standard output cannot be written: ${failure}.`)
  return EXIT.failed
}

async function runToItsEnd(args: readonly string[], terminal: Terminal, version: string): Promise<number> {
  try {
    await buildProgram(terminal, version).parseAsync(args, { from: 'user' })
    return EXIT.ok
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    if (error instanceof Outcome) return EXIT[error.exit]
    if (!(error instanceof CliError)) {
      say(terminal, `Something went wrong: ${error instanceof Error ? error.message : String(error)}`)
      return EXIT.failed
    }
    say(terminal, styled({ env: terminal.env, stdout: terminal.stderr }, 'red', error.message))
    for (const hint of error.hints) say(terminal, `  ${hint}`)
    return EXIT[error.exit]
  }
}
