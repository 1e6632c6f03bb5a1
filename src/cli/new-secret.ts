// What the API makes with a secret in its answer: the secret goes where it was asked to go, and is in nothing else that is printed.
import { printJson, showRecord, tell, type Context } from './context.ts'
import { effectOf } from './effect.ts'
import { isJsonObject, member, textOf, type Json, type JsonObject } from './json.ts'
import { printOnce, showSecret, withSink, type Sink } from './secret.ts'
import { clean } from './table.ts'

export const SECRET_TO = [
  '--secret-to <file>',
  'write the secret to a new file, or with | to a command',
] as const

export interface Making {
  /** Below /_latchkey/v1. */
  readonly path: string
  readonly json?: Json | undefined
  /** As the answer calls what the secret is of: `key`. */
  readonly noun: string
  /** As it was given; undefined for standard output. */
  readonly secretTo: unknown
}

/** @throws CliError, and nothing was made where the place of the secret cannot be written */
export function makeWithSecret(context: Context, { path, json, noun, secretTo }: Making): Promise<void> {
  return withSink(secretTo, async (sink) => {
    const answer = await (await context.api()).call('POST', path, { json })
    const made = member(answer, noun)
    const secret = textOf(member(answer, 'secret'))
    const name = textOf(member(made, 'name')) ?? `The ${noun}`
    tell(context, `${clean(name)} (${textOf(member(made, 'id')) ?? ''}).${effectOf(answer)}`)
    if (secret === null) return showBare(context, answer, made, sink)
    return showWithSecret(context, answer, secret, sink)
  })
}

// Nothing was made that could be lost: an operator who only logs in has no key.
async function showBare(
  context: Context,
  answer: Json,
  made: Json | undefined,
  sink: Sink | null,
): Promise<void> {
  await sink?.discard()
  if (context.options.json === true) return printJson(context.terminal, answer)
  if (isJsonObject(made)) showRecord(context, made)
}

async function showWithSecret(
  context: Context,
  answer: Json,
  secret: string,
  sink: Sink | null,
): Promise<void> {
  const { terminal, options } = context
  if (options.json === true && sink === null) return printOnce(terminal, JSON.stringify(answer, null, 2))
  if (options.json === true) printJson(terminal, withoutSecret(answer))
  return showSecret(context, secret, sink)
}

function withoutSecret(answer: Json): JsonObject {
  const { secret: _, ...rest } = isJsonObject(answer) ? answer : {}
  return rest
}
