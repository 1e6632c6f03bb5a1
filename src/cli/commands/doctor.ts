// latchkey doctor: whether a gateway and what it rests on are as they should be; what is not, and how to mend it.
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { colour, contextOf, printJson, type Context, type GlobalOptions } from '../context.ts'
import { checkDrift } from '../diagnosis/drift.ts'
import { found, type Finding } from '../diagnosis/finding.ts'
import { checkFolder } from '../diagnosis/folder.ts'
import { checkReach } from '../diagnosis/reach.ts'
import { measureRevocation } from '../diagnosis/revocation.ts'
import { checkUpstreams } from '../diagnosis/upstreams.ts'
import { CliError, Outcome } from '../exit.ts'
import { listOf, member, textOf, type Json } from '../json.ts'
import { showProgress } from '../progress.ts'
import { print, type Style, type Terminal } from '../terminal.ts'

interface DoctorOptions extends GlobalOptions {
  readonly readOnly?: boolean
  readonly file: string
}

const FILE = 'latchkey.yaml'

export function addDoctor(program: Command, terminal: Terminal): void {
  program
    .command('doctor')
    .description('check a gateway and what it rests on, and say how to mend what is not right')
    .option('--read-only', 'change nothing: do not measure how fast a key of its own is revoked')
    .option(
      '-f, --file <file>',
      'the declared configuration that the gateway should have, if there is one',
      FILE,
    )
    .addHelpText(
      'after',
      '\nEnds with 1 where something failed. To measure the revocation, it makes an organization with one key, and deletes it.',
    )
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<DoctorOptions>()
      return doctor(contextOf(terminal, options), options)
    })
}

async function doctor(context: Context, options: DoctorOptions): Promise<void> {
  const findings: Finding[] = []
  const tell = (more: readonly Finding[]) => {
    findings.push(...more)
    if (options.json !== true) more.forEach((finding) => showFinding(context, finding))
  }
  tell(await checkFolder('.'))
  const api = await context.api()
  const reach = await checkReach(api.url, context.terminal.fetch)
  tell(reach)
  // Where nothing answers, each further check would say so again.
  if (reach.length > 1) await examine(context, options, api, tell)
  if (options.json === true)
    printJson(
      context.terminal,
      findings.map((finding) => ({ ...finding })),
    )
  else conclude(context, findings)
  if (findings.some(({ status }) => status === 'fail')) throw new Outcome('failed')
}

async function examine(
  context: Context,
  { readOnly, file }: DoctorOptions,
  api: Api,
  tell: (findings: readonly Finding[]) => void,
): Promise<void> {
  const credential = await attempt('credential', async () => [await checkCredential(api)])
  tell(credential)
  if (credential.some(({ status }) => status === 'fail')) return
  tell(
    await attempt('checks', async () =>
      listOf(member(await api.call('GET', '/checks'), 'checks')).map(asFinding),
    ),
  )
  tell(
    await working(context, 'Asking upstreams', (told) =>
      attempt('upstreams', () => checkUpstreams(api, told)),
    ),
  )
  if (readOnly === true) tell([found('revocation', 'skip', 'Not measured: --read-only.')])
  else
    tell(
      await working(context, 'Measuring a revocation', () =>
        attempt('revocation', async () => [await measureRevocation(api)]),
      ),
    )
  if (existsSync(file)) tell(await attempt('drift', async () => [await checkDrift(context, api, file)]))
  else tell([found('drift', 'skip', `There is no ${file} here to compare the gateway with.`)])
}

// One check that is refused, for want of a permission for instance, keeps no other from being made.
async function attempt(name: string, check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check()
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    return [found(name, 'fail', error.message, error.hints[0] ?? null)]
  }
}

async function working<T>(
  { terminal }: Context,
  what: string,
  work: (told: (done: number) => void) => Promise<T>,
): Promise<T> {
  const progress = showProgress(terminal, what, null)
  try {
    progress.update(0)
    return await work((done) => progress.update(done))
  } finally {
    progress.end()
  }
}

async function checkCredential(api: Api): Promise<Finding> {
  const me = await api.call('GET', '/me')
  const kind = textOf(member(me, 'kind'))
  if (kind !== 'admin_token')
    return found(
      'credential',
      'pass',
      `You are ${textOf(member(me, 'name')) ?? kind ?? 'known'}, ${textOf(member(me, 'role')) ?? ''}.`,
    )
  return found(
    'credential',
    'warn',
    'You use the ADMIN_TOKEN, which is one for all and may do everything.',
    'Make yourself an operator with a key of your own (docs/access.md), and log in with that.',
  )
}

function asFinding(check: Json): Finding {
  const status = textOf(member(check, 'status'))
  return found(
    textOf(member(check, 'name')) ?? '',
    status === 'pass' || status === 'warn' ? status : 'fail',
    textOf(member(check, 'detail')) ?? '',
    textOf(member(check, 'mend')),
  )
}

const MARKS: Readonly<Record<Finding['status'], readonly [mark: string, style: Style]>> = {
  pass: ['ok  ', 'green'],
  warn: ['warn', 'yellow'],
  fail: ['FAIL', 'red'],
  skip: ['-   ', 'dim'],
}

function showFinding(context: Context, { name, status, detail, mend }: Finding): void {
  if (context.options.quiet === true && (status === 'pass' || status === 'skip')) return
  const [mark, style] = MARKS[status]
  print(context.terminal, `${colour(context, style, mark)}  ${name.padEnd(18)} ${detail}`)
  if (mend !== null) print(context.terminal, `${' '.repeat(25)}${mend}`)
}

function conclude(context: Context, findings: readonly Finding[]): void {
  if (context.options.quiet === true) return
  const count = (status: Finding['status']) => findings.filter((finding) => finding.status === status).length
  const [failed, warned] = [count('fail'), count('warn')]
  if (failed + warned === 0) return print(context.terminal, '\nAll is well.')
  return print(context.terminal, `\n${failed} failed, ${warned} to look at, ${count('pass')} well.`)
}
