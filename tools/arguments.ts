// Reads a command line for the tools: what is wrong with it is one sentence.
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { err, ok, type Result } from '../src/result.ts'

type Values<T extends ParseArgsOptionsConfig> = ReturnType<typeof parseArgs<{ options: T }>>['values']

/** @param command what the person typed before the arguments, for the sentence */
export function readArguments<T extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: T,
  command: string,
): Result<Values<T>, string> {
  try {
    return ok(parseArgs({ args: [...args], options }).values)
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown
    // node's first sentence names the argument; the ones after it explain node's own conventions.
    const [named = ''] = thrown.message.split(/\. |\n/)
    return err(`${named.replace(/\.$/, '')}; \`${command} -- --help\` lists the options.`)
  }
}
