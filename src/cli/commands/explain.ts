// latchkey explain: what would become of a request, and what would let it pass.
import type { Command } from 'commander'
import { colour, contextOf, printJson, type Context, type GlobalOptions } from '../context.ts'
import { CliError } from '../exit.ts'
import { listOf, member, textOf, type Json, type JsonObject } from '../json.ts'
import { clean } from '../table.ts'
import { print, readSecret, type Terminal } from '../terminal.ts'

interface Options extends GlobalOptions {
  readonly requestId?: string
  readonly method?: string
  readonly header?: readonly string[]
  readonly keyId?: string
  readonly key?: boolean
  readonly scopes?: readonly string[]
  readonly address?: string
  readonly country?: string
}

export function addExplain(program: Command, terminal: Terminal): void {
  program
    .command('explain')
    .argument('[url]', 'absolute URL, as it would be called')
    .description('say what the gateway would do with a request, and what would let it pass; nothing is sent')
    .option('--request-id <id>', 'instead of all else: a request that was refused of late (latchkey logs)')
    .option('-X, --method <method>', 'GET unless you say so')
    .option('-H, --header <header...>', 'a header of the request, as `name: value`')
    .option('--key-id <id>', 'with the key of this id')
    .option('--key', 'with a key that is read from standard input or a prompt')
    .option('--scopes <values...>', 'with an imagined key of these scopes')
    .option('--address <address>', 'from this address')
    .option('--country <code>', 'from this country')
    .action(async (url: string | undefined, _, command: Command) => {
      const options = command.optsWithGlobals<Options>()
      const context = contextOf(terminal, options)
      const json = await questionOf(terminal, url, options)
      show(context, await (await context.api()).call('POST', '/routes/explain', { json }))
    })
}

async function questionOf(
  terminal: Terminal,
  url: string | undefined,
  options: Options,
): Promise<JsonObject> {
  const { requestId: request_id, method, keyId: key_id, scopes, address, country, header = [] } = options
  if ((url === undefined) === (request_id === undefined))
    throw new CliError('usage', 'Which request? Either a URL, or --request-id.', [
      'latchkey explain https://api.example.com/orders/7 --key-id key_…',
      'latchkey logs names the requests that were refused of late.',
    ])
  return {
    url,
    request_id,
    method,
    key_id,
    scopes,
    address,
    country,
    ...(header.length > 0 && { headers: Object.fromEntries(header.map(headerOf)) }),
    ...(options.key === true && { key: await readSecret(terminal, 'Key') }),
  }
}

function headerOf(text: string): readonly [string, string] {
  const colon = text.indexOf(':')
  if (colon < 1)
    throw new CliError('usage', `${text} is not a header, such as \`origin: https://app.example.com\`.`)
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()]
}

function show(context: Context, answer: Json): void {
  const { terminal } = context
  if (context.options.json === true) return printJson(terminal, answer)
  const decision = member(answer, 'answer')
  const kind = textOf(member(decision, 'kind')) ?? ''
  const code = textOf(member(decision, 'code'))
  const isThrough = kind !== 'refused'
  const recorded = textOf(member(member(answer, 'recorded'), 'at'))
  if (recorded !== null) print(terminal, `It was refused at ${clean(recorded)}. As things are now:`)
  print(terminal, colour(context, isThrough ? 'green' : 'red', code === null ? kind : `${kind}: ${code}`))
  for (const step of listOf(member(answer, 'steps'))) print(terminal, stepLine(context, step))
  const url = textOf(member(answer, 'origin_url'))
  if (url !== null) print(terminal, `calls ${clean(url)}`)
  const remedies = listOf(member(answer, 'remedies'))
  if (remedies.length > 0) print(terminal, '\nWhat would let it pass:')
  for (const remedy of remedies) print(terminal, `  ${clean(textOf(member(remedy, 'detail')) ?? '')}`)
  for (const near of listOf(member(answer, 'nearby')))
    print(
      terminal,
      `  near: ${textOf(member(near, 'route_id')) ?? ''} ${clean(textOf(member(near, 'detail')) ?? '')}`,
    )
}

function stepLine(context: Context, step: Json): string {
  const passes = member(step, 'passes') === true
  const mark = colour(context, passes ? 'green' : 'red', passes ? '✓' : '✗')
  const said = textOf(member(step, 'detail')) ?? textOf(member(step, 'code')) ?? ''
  return `${mark} ${(textOf(member(step, 'step')) ?? '').padEnd(14)} ${clean(said)}`.trimEnd()
}
