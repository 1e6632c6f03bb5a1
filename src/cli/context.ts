// What each command is given: the terminal, how to show what it found, and the gateway, which is looked up when it is first asked.
import { CliError } from './exit.ts'
import { connect, type Api } from './api.ts'
import type { Json, JsonObject } from './json.ts'
import { readProfiles, type Profile } from './profiles.ts'
import { renderRecord, renderTable, showCell, type Column } from './table.ts'
import { ask, print, say, styled, type Style, type Terminal } from './terminal.ts'

/** Options before or behind any command. */
export interface GlobalOptions {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly yes?: boolean
  readonly url?: string
  readonly profile?: string
}

export interface Context {
  readonly terminal: Terminal
  readonly options: GlobalOptions
  readonly api: () => Promise<Api>
}

export function contextOf(terminal: Terminal, options: GlobalOptions): Context {
  let api: Promise<Api> | undefined
  const open = async () => connect(await findProfile(terminal, options), terminal.fetch)
  return { terminal, options, api: () => (api ??= open()) }
}

/** The URL and token of the environment come first, then those of the profile. */
export async function findProfile(
  terminal: Pick<Terminal, 'env'>,
  { url, profile }: GlobalOptions,
): Promise<Profile> {
  const { LATCHKEY_URL: givenUrl, LATCHKEY_TOKEN: givenToken, LATCHKEY_PROFILE: givenName } = terminal.env
  const { current, profiles } = await readProfiles(terminal)
  const name = profile ?? givenName ?? current
  const found = name === null ? undefined : profiles[name]
  if (name !== null && found === undefined && (profile ?? givenName) !== undefined)
    throw new CliError('usage', `There is no profile named ${name}.`, ['latchkey profiles lists them.'])
  const wanted = url ?? givenUrl ?? found?.url
  // A token belongs to the gateway that it was given for: another URL must not get it.
  const token = givenToken ?? (wanted === found?.url ? found?.token : undefined)
  if (wanted === undefined || token === undefined)
    throw new CliError('denied', 'No gateway, or no token for it.', [
      'Run: latchkey login --url https://your-gateway.example.com',
      'or set LATCHKEY_URL and LATCHKEY_TOKEN.',
    ])
  return { url: wanted, token }
}

/** A list: a table for people, JSON for scripts, ids alone with --quiet. */
export function showList(
  { terminal, options }: Context,
  columns: readonly Column[],
  rows: readonly JsonObject[],
  nothing: string,
): void {
  if (options.json === true) return printJson(terminal, rows)
  if (options.quiet === true) return rows.forEach(({ id }) => print(terminal, showCell(id)))
  if (rows.length === 0) return say(terminal, nothing)
  const width = terminal.stdout.isTTY === true ? (terminal.stdout.columns ?? 80) : Infinity
  return print(terminal, renderTable(columns, rows, width))
}

/** One thing, as it was answered. */
export function showRecord({ terminal, options }: Context, record: JsonObject): void {
  if (options.json === true) return printJson(terminal, record)
  if (options.quiet === true) return print(terminal, showCell(record.id))
  return print(terminal, renderRecord(record))
}

/** A sentence on what was done; nothing where only the answer is wanted. */
export function tell({ terminal, options }: Context, text: string): void {
  if (options.quiet !== true && options.json !== true) say(terminal, text)
}

export function printJson(terminal: Terminal, value: Json): void {
  print(terminal, JSON.stringify(value, null, 2))
}

export function colour({ terminal }: Context, style: Style, text: string): string {
  return styled(terminal, style, text)
}

/** Asks before something is done that cannot simply be undone. @throws where nobody can be asked */
export async function confirm({ terminal, options }: Context, what: string): Promise<void> {
  if (options.yes === true) return
  if (terminal.stdin.isTTY !== true)
    throw new CliError('usage', `${what} Nobody can be asked here.`, ['Say --yes if that is what you want.'])
  const said = await ask(terminal, `${what} Go on? [y/N] `)
  if (!/^y(?:es)?$/i.test(said)) throw new CliError('failed', 'Nothing was done.')
}
