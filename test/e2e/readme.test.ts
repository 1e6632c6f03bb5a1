// The commands of the README, run as they stand there: only the address and the working folder are this test's.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

interface Local {
  readonly gateway_url: string
}

let folder: string
let child: ChildProcess
let local: Local
let blocks: readonly string[]

beforeAll(async () => {
  const readme = await readFile('README.md', 'utf8')
  blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1]?.trim() ?? '')
  folder = await mkdtemp(join(tmpdir(), 'latchkey-readme-'))
  const options = ['--state', join(folder, '.latchkey'), '--port', '0', '--origin-port', '0', '--json']
  child = spawn('npm', ['start', '--silent', '--', ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.stdout === null) throw new Error('no output')
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  local = JSON.parse(line) as Local
})

afterAll(async () => {
  child.kill('SIGTERM')
  await once(child, 'exit')
  await rm(folder, { recursive: true, force: true })
})

/** Runs the blocks in one shell, as a reader would in one terminal, and returns what each printed. */
async function runBlocks(chosen: readonly string[]): Promise<readonly string[]> {
  const marker = '----- end of block -----'
  const script = ['set -euo pipefail', ...chosen.map((block) => `${block}\necho; echo '${marker}'`)].join(
    '\n',
  )
  const here = script.replaceAll('http://127.0.0.1:8787', local.gateway_url)
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

  test('every npm script that it and the docs name exists', async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
      scripts: Record<string, string>
    }
    const files = ['README.md', 'CONTRIBUTING.md', 'docs/local.md', 'docs/deploy.md', 'docs/benchmarks.md']
    for (const file of files) {
      const text = await readFile(file, 'utf8')
      for (const [, name = ''] of text.matchAll(/npm run ([a-z:]+)/g))
        expect([file, name, scripts[name]]).not.toContain(undefined)
    }
  })
})
