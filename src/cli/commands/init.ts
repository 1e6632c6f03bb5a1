// Begins a folder for a gateway: the files that `latchkey deploy` needs, each said why. Nothing that is there is replaced.
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { parseUpstreamUrl } from '../../policy/upstream-url.ts'
import { contextOf, printJson, tell, type Context, type GlobalOptions } from '../context.ts'
import { draftFiles, type DraftFile, type Wishes } from '../deployment/draft.ts'
import { readOwnPackage } from '../deployment/own-package.ts'
import { CliError } from '../exit.ts'
import { ask, print, type Terminal } from '../terminal.ts'

interface InitOptions extends GlobalOptions {
  readonly name?: string
  readonly origin?: string
  readonly domain?: readonly string[]
  readonly controlHost?: string
}

const SECRET_BYTES = 32

/** Of a Worker: a label of its workers.dev address (RFC 1035, 2.3.1). */
const WORKER_NAME = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const HOST = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/

export function addInit(program: Command, terminal: Terminal): void {
  program
    .command('init')
    .argument('[folder]', 'where; made if it is not there', '.')
    .description('begin a gateway: write the files that a deployment needs, and say what each is for')
    .option('--name <name>', 'of the Worker and its database; else that of the folder')
    .option('--origin <url>', 'where requests go until you store routes')
    .option('--domain <host...>', 'host names of your zones on Cloudflare that it shall answer at')
    .option('--control-host <host>', 'the host that alone serves the admin API and the portal')
    .action(async (folder: string, _, command: Command) =>
      init(contextOf(terminal, command.optsWithGlobals<GlobalOptions>()), folder, command.optsWithGlobals()),
    )
}

async function init(context: Context, folder: string, options: InitOptions): Promise<void> {
  const root = resolve(folder)
  const wishes = checked(await wishesOf(context, root, options))
  const files = draftFiles(wishes, await readOwnPackage(), () =>
    randomBytes(SECRET_BYTES).toString('base64url'),
  )
  await mkdir(root, { recursive: true })
  const made = await Promise.all(files.map((file) => writeNew(root, file)))
  report(context, folder, files, made)
}

async function wishesOf({ terminal, options }: Context, root: string, given: InitOptions): Promise<Wishes> {
  const isAsked = terminal.stdin.isTTY === true && options.yes !== true
  const wish = async (value: string | undefined, question: string) =>
    value ?? (isAsked ? await ask(terminal, question) : '')
  const proposed = nameOf(root)
  const name = await wish(given.name, `Name of the Worker [${proposed}]: `)
  const origin = await wish(given.origin, 'URL of your API, such as https://api.example.com [later]: ')
  const domains = await wish(given.domain?.join(' '), 'Host names for the gateway [a workers.dev address]: ')
  const control = await wish(given.controlHost, 'Host that alone serves the admin API [every host]: ')
  return {
    name: name === '' ? proposed : name,
    originUrl: origin === '' ? null : origin,
    domains: domains
      .toLowerCase()
      .split(/[\s,]+/)
      .filter((host) => host !== ''),
    controlHost: control === '' ? null : control.toLowerCase(),
  }
}

function nameOf(root: string): string {
  const name = basename(root)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-+$/g, '')
    .slice(0, 63)
  return WORKER_NAME.test(name) ? name : 'latchkey'
}

function checked(wishes: Wishes): Wishes {
  const { name, originUrl, domains, controlHost } = wishes
  if (!WORKER_NAME.test(name))
    throw new CliError('usage', `${name} cannot be the name of a Worker.`, [
      'It takes up to 63 lower case letters, digits and hyphens, and begins with a letter.',
    ])
  const wrong = [...domains, ...(controlHost === null ? [] : [controlHost])].find((host) => !HOST.test(host))
  if (wrong !== undefined) throw new CliError('usage', `${wrong} is no host name, such as api.example.com.`)
  if (originUrl === null) return wishes
  const url = parseUpstreamUrl(originUrl, { localDevelopment: false, ownHosts: domains })
  if (!url.ok) throw new CliError('usage', `The origin ${originUrl} ${url.error}`)
  return { ...wishes, originUrl: url.value }
}

/** @returns false where a file of that name is there already */
async function writeNew(root: string, { path, text, mode }: DraftFile): Promise<boolean> {
  try {
    await writeFile(join(root, path), text, { flag: 'wx', mode })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw new CliError('failed', `${join(root, path)} cannot be written.`, [
      error instanceof Error ? error.message : String(error),
    ])
  }
}

function report(
  context: Context,
  folder: string,
  files: readonly DraftFile[],
  made: readonly boolean[],
): void {
  const { terminal, options } = context
  const done = files.map(({ path, purpose }, i) => ({ path, purpose, made: made[i] === true }))
  if (options.json === true) return printJson(terminal, done)
  for (const { path, purpose, made: isNew } of done)
    tell(
      context,
      `${isNew ? 'wrote' : 'kept '}  ${path.padEnd(14)} ${isNew ? purpose : 'was there, and is yours'}`,
    )
  if (options.quiet === true) return
  const here = folder === '.' ? '' : `cd ${folder} && `
  const kept = done.some(({ path, made: isNew }) => path === 'package.json' && !isNew)
  const install = kept ? 'npm install --save-dev latchkey wrangler' : 'npm install'
  print(
    terminal,
    [
      '',
      'What comes next:',
      `  ${here}${install}`,
      '  npx wrangler login      your Cloudflare account; the free plan will do',
      '  npx latchkey deploy     uploads the Worker, makes database and secrets, and checks it by real requests',
      '  npx latchkey doctor     checks everything again, and says how to mend what is not right',
    ].join('\n'),
  )
}
