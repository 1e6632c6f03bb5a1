// The commands of README.md and of every page of docs/, run as they stand there against the gateway of `npm start`, and what they
// print compared with what the page shows. Only the address and the working folder are this test's. A new page needs no word here.
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { copyCheckout, start, until, type Started } from '../support/local-start.ts'
import { complaints, unfitForZsh } from '../support/page-run.ts'
import { pages, readPage, unmarkedCommands, type Block } from '../support/pages.ts'
import { commandsOf, runCommands, type Ran } from '../support/terminal.ts'

/** Where `npm start` stands unless it is told otherwise. */
const ADDRESS = 'http://127.0.0.1:8787'

/** Commands that are not run, and why. */
const NOT_RUN: readonly (readonly [command: RegExp, because: string])[] = [
  [/^npm (install|start|test|run)\b/, 'installs this repository, or runs what other tests run'],
  [/^npx (wrangler|latchkey deploy)\b/, 'needs a Cloudflare account'],
  [/\b(terraform|TF_VAR_\w+)\b/, 'needs Terraform and a provider; test/e2e/terraform.test.ts replays them'],
]

let checkout: string
let folder: string
let started: Started
let gatewayUrl: string

beforeAll(async () => {
  checkout = copyCheckout()
  folder = await mkdtemp(join(tmpdir(), 'latchkey-docs-'))
  const state = join(folder, '.latchkey')
  started = start(checkout, '--state', state, '--port', '0', '--origin-port', '0', '--json')
  await installCli()
  await until(started, '"gateway_url"')
  gatewayUrl = (JSON.parse(started.stdout()) as { gateway_url: string }).gateway_url
})

afterAll(async () => {
  started.child.kill('SIGTERM')
  await started.ended
  for (const path of [folder, checkout]) await rm(path, { recursive: true, force: true })
})

/** `npx latchkey` finds it as it does in a project that has installed the package. */
async function installCli(): Promise<void> {
  const bin = join(folder, 'node_modules', '.bin')
  await mkdir(bin, { recursive: true })
  await symlink(resolve('dist/cli/latchkey.js'), join(bin, 'latchkey'))
}

function runnable(block: Block): readonly string[] {
  const commands = commandsOf(block.text.replaceAll(ADDRESS, gatewayUrl))
  return commands.filter((command) => !NOT_RUN.some(([pattern]) => pattern.test(command)))
}

/** Runs the page in one terminal, and returns what came of each block. */
async function runPage(blocks: readonly Block[]): Promise<readonly (readonly Ran[])[]> {
  const chosen = blocks.map(runnable)
  const ran = await runCommands(chosen.flat(), folder)
  const asShown = ran.map((one) => ({ ...one, stdout: one.stdout.replaceAll(gatewayUrl, ADDRESS) }))
  let from = 0
  return chosen.map(({ length }) => asShown.slice(from, (from += length)))
}

const withCommands = pages().filter((page) => readPage(page).length > 0)

describe.each(withCommands)('%s', (page) => {
  // What is counted behind requests is in storage within a minute, and a page may wait for it.
  test('its commands do what it shows', { timeout: 180_000 }, async () => {
    const blocks = readPage(page)
    const ran = await runPage(blocks)
    expect(blocks.flatMap((block, index) => complaints(block, ran[index] ?? []))).toEqual([])
  })

  test('its commands can be pasted into any shell', () => {
    expect(readPage(page).flatMap(unfitForZsh)).toEqual([])
  })
})

describe('README.md', () => {
  test('names the two command lines, each alone', () => {
    const blocks = readPage('README.md').map(({ text }) => text)
    expect(blocks).toContain('npm install && npm start')
    expect(blocks).toContain('npm install && npm test')
  })

  test('the origin sees who calls, and no key', async () => {
    const [, first] = await runPage(readPage('README.md').slice(0, 2))
    const echo = JSON.parse(first?.at(-1)?.stdout ?? '') as { headers: Record<string, string> }
    expect(echo.headers).toHaveProperty('x-consumer-assertion')
    expect(echo.headers).not.toHaveProperty('authorization')
  })
})

describe('all pages', () => {
  test('commands stand in blocks that are marked sh, so that they are run here', async () => {
    for (const page of pages())
      expect([page, ...unmarkedCommands(await readFile(page, 'utf8'))]).toEqual([page])
  })

  test('every npm script that they name exists', async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
      scripts: Record<string, string>
    }
    for (const page of pages()) {
      const text = await readFile(page, 'utf8')
      for (const [, name = ''] of text.matchAll(/npm run ([a-z][a-z:]*)/g))
        expect([page, name, scripts[name]]).not.toContain(undefined)
    }
  })
})
