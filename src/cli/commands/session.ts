// Which gateway, and as whom.
import type { Command } from 'commander'
import { connect } from '../api.ts'
import { confirm, contextOf, printJson, showList, showRecord, tell, type GlobalOptions } from '../context.ts'
import { CliError } from '../exit.ts'
import { isJsonObject, member, textOf } from '../json.ts'
import { profilesPath, readProfiles, writeProfiles } from '../profiles.ts'
import { columnsOf, showCell } from '../table.ts'
import { print, readSecret, type Terminal } from '../terminal.ts'

const DEFAULT_PROFILE = 'default'

export function addSession(program: Command, terminal: Terminal): void {
  program
    .command('login')
    .description('remember a gateway and a token for it; the token is read from standard input or a prompt')
    .action(async (_, command: Command) => login(terminal, command.optsWithGlobals<GlobalOptions>()))
  program
    .command('logout')
    .description('forget a profile')
    .action(async (_, command: Command) => logout(terminal, command.optsWithGlobals<GlobalOptions>()))
  program
    .command('profiles')
    .description('list the gateways that are remembered')
    .option('--use <name>', 'use this one where none is named')
    .action(async ({ use }: { use?: string }, command: Command) =>
      profiles(terminal, command.optsWithGlobals<GlobalOptions>(), use),
    )
  program
    .command('whoami')
    .description('say who the token belongs to, and what it may do')
    .action(async (_, command: Command) => whoami(terminal, command.optsWithGlobals<GlobalOptions>()))
}

async function login(terminal: Terminal, options: GlobalOptions): Promise<void> {
  const url = originOf(options.url ?? terminal.env.LATCHKEY_URL)
  const token = await readSecret(terminal, 'Token')
  const me = await connect({ url, token }, terminal.fetch).call('GET', '/me')
  const name = options.profile ?? DEFAULT_PROFILE
  const { profiles: known } = await readProfiles(terminal)
  await writeProfiles(terminal, { current: name, profiles: { ...known, [name]: { url, token } } })
  const role = textOf(member(me, 'role')) ?? 'nobody'
  tell(contextOf(terminal, options), `Logged in to ${url} as ${role}. Kept in ${profilesPath(terminal)}.`)
}

/** @throws CliError where it is no URL of a gateway */
function originOf(text: string | undefined): string {
  if (text === undefined)
    throw new CliError('usage', 'Which gateway?', ['latchkey login --url https://your-gateway.example.com'])
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new CliError('usage', `${text} is not a URL, such as https://your-gateway.example.com.`)
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol === 'http:' && !isLocal)
    throw new CliError('usage', 'A token is not sent in cleartext.', [`Use https://${url.host}.`])
  return url.origin
}

async function logout(terminal: Terminal, options: GlobalOptions): Promise<void> {
  const { current, profiles: known } = await readProfiles(terminal)
  const name = options.profile ?? current
  if (name === null || known[name] === undefined) throw new CliError('not_found', 'There is no such profile.')
  await confirm(contextOf(terminal, options), `The token for ${known[name].url} is forgotten here.`)
  const rest = Object.fromEntries(Object.entries(known).filter(([other]) => other !== name))
  await writeProfiles(terminal, { current: current === name ? null : current, profiles: rest })
}

async function profiles(terminal: Terminal, options: GlobalOptions, use?: string): Promise<void> {
  const read = await readProfiles(terminal)
  if (use !== undefined) {
    if (read.profiles[use] === undefined) throw new CliError('not_found', `There is no profile named ${use}.`)
    return writeProfiles(terminal, { ...read, current: use })
  }
  const rows = Object.entries(read.profiles).map(([name, { url }]) => ({
    id: name,
    url,
    current: name === read.current ? '*' : '',
  }))
  return showList(
    contextOf(terminal, options),
    columnsOf(['id', 'url', 'current']),
    rows,
    'None yet. Run: latchkey login --url …',
  )
}

async function whoami(terminal: Terminal, options: GlobalOptions): Promise<void> {
  const context = contextOf(terminal, options)
  const me = await (await context.api()).call('GET', '/me')
  if (!isJsonObject(me) || options.json === true) return printJson(terminal, me)
  if (options.quiet === true) return print(terminal, showCell(me.id))
  const { kind, id, name, email, role, organization, permissions } = me
  const of = textOf(member(organization, 'name'))
  return showRecord(context, {
    kind,
    id,
    name,
    email,
    role,
    ...(of !== null && { organization: of }),
    permissions,
  })
}
