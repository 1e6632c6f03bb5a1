// The commands of the README, run as they stand there: only the address and the working folder are this test's.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { copyCheckout, start, until, type Started } from '../support/local-start.ts'

let checkout: string
let folder: string
let started: Started
let gatewayUrl: string
let blocks: readonly string[]

beforeAll(async () => {
  blocks = await blocksOf('README.md')
  checkout = copyCheckout()
  folder = await mkdtemp(join(tmpdir(), 'latchkey-readme-'))
  const state = join(folder, '.latchkey')
  started = start(checkout, '--state', state, '--port', '0', '--origin-port', '0', '--json')
  await until(started, '"gateway_url"')
  gatewayUrl = (JSON.parse(started.stdout()) as { gateway_url: string }).gateway_url
})

async function blocksOf(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8')
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1]?.trim() ?? '')
}

afterAll(async () => {
  started.child.kill('SIGTERM')
  await started.ended
  for (const path of [folder, checkout]) await rm(path, { recursive: true, force: true })
})

/** Runs the blocks in one shell, as a reader would in one terminal, and returns what each printed. */
async function runBlocks(chosen: readonly string[]): Promise<readonly string[]> {
  const marker = '----- end of block -----'
  const script = ['set -euo pipefail', ...chosen.map((block) => `${block}\necho; echo '${marker}'`)].join(
    '\n',
  )
  const here = script.replaceAll('http://127.0.0.1:8787', gatewayUrl)
  const { stdout } = await promisify(execFile)('bash', ['-c', here], { cwd: folder })
  return stdout.split(marker).map((part) => part.trim())
}

describe('README.md', () => {
  test('names the two command lines, each alone', () => {
    expect(blocks).toContain('npm install && npm start')
    expect(blocks).toContain('npm install && npm test')
  })

  test('its curls do what it says', async () => {
    const [first, refused, lifecycle] = await runBlocks(blocks.filter((block) => block.includes('curl')))
    const echo = JSON.parse(first ?? '') as { url: string; headers: Record<string, string> }
    expect(echo.url).toBe('/anything/hello')
    expect(echo.headers).toHaveProperty('x-consumer-id')
    expect(echo.headers).toHaveProperty('x-consumer-assertion')
    expect(echo.headers).not.toHaveProperty('authorization')
    expect(refused).toMatch(/^HTTP\/1\.1 401/)
    expect(refused).toContain('"code":"key_missing"')
    expect(lifecycle).toContain('"url":"/anything/reports"')
    expect(lifecycle).toContain('"state":"revoked"')
    expect(lifecycle).toContain('"code":"key_revoked"')
  })

  test('and so do those of docs/limits.md, behind them', async () => {
    const [block = ''] = await blocksOf('docs/limits.md')
    const known = blocks.filter((one) => one.includes('curl'))
    const limited = (await runBlocks([...known, block]))[known.length] ?? ''
    expect(limited.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 429'])
    expect(limited).toMatch(/^ratelimit: "per-minute";r=0;t=60/im)
    expect(limited).toMatch(/^retry-after: 30/im)
    expect(limited).toContain('"code":"rate_limited"')
  })

  test('every npm script that it and the docs name exists', async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
      scripts: Record<string, string>
    }
    const files = [
      'README.md',
      'CONTRIBUTING.md',
      'docs/local.md',
      'docs/deploy.md',
      'docs/limits.md',
      'docs/benchmarks.md',
    ]
    for (const file of files) {
      const text = await readFile(file, 'utf8')
      for (const [, name = ''] of text.matchAll(/npm run ([a-z:]+)/g))
        expect([file, name, scripts[name]]).not.toContain(undefined)
    }
  })
})
