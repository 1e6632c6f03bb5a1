// `npm start` for real: its own processes, its own database, requests as a reader would send them.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseLocalFile, type LocalFile } from '../../tools/start/local-file.ts'
import {
  copyCheckout,
  familyOf,
  npmStart,
  start,
  survivorsOf,
  until,
  type Started,
} from '../support/local-start.ts'

const READY = 'Ctrl-C stops it.'
const ANY_PORT = ['--port', '0']

let root: string
let state: string
/** What a failed test leaves behind. */
const running: Started[] = []

beforeAll(() => {
  root = copyCheckout()
  state = join(root, '.latchkey')
})

afterAll(async () => {
  await Promise.all(running.map(end))
  rmSync(root, { recursive: true, force: true, maxRetries: 10 })
})

function begin(...args: readonly string[]): Started {
  const started = start(root, ...args)
  running.push(started)
  return started
}

async function end({ child, ended }: Started): Promise<void> {
  child.kill('SIGTERM')
  await ended
}

function localFile(folder = state): LocalFile {
  const file = parseLocalFile(readFileSync(join(folder, 'local.json'), 'utf8'))
  if (file === null) throw new Error('local.json is damaged')
  return file
}

/** Runs the curl that was printed, in the shell that a reader would paste it into. */
function runPrintedCurl({ stdout }: Started): unknown {
  const command = /^ +(curl .*)$/m.exec(stdout())?.[1] ?? ''
  return JSON.parse(
    execFileSync('sh', ['-c', command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  )
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777
}

describe('the first start', () => {
  let first: Started

  beforeAll(async () => {
    first = begin(...ANY_PORT, '--origin-port', '0')
    await until(first, READY)
  })

  test('prints a curl that reaches the origin as the demo consumer', () => {
    expect(runPrintedCurl(first)).toMatchObject({
      method: 'GET',
      url: '/anything/hello',
      headers: { 'x-consumer-id': localFile().project_id },
    })
  })

  test('writes secrets and addresses for its owner alone', () => {
    expect(modeOf(join(root, '.dev.vars'))).toBe(0o600)
    expect(modeOf(join(state, 'local.json'))).toBe(0o600)
    expect(modeOf(state)).toBe(0o700)
    const local = localFile()
    expect(Object.values(local)).not.toContain(null)
    expect(readFileSync(join(root, '.dev.vars'), 'utf8')).toContain(`ADMIN_TOKEN=${local.admin_token}`)
    expect(first.stdout()).toContain(`${local.key} (shown this once)`)
  })

  test('serves the control API with what local.json says', async () => {
    const { control_url, admin_token, key_id } = localFile()
    const response = await fetch(`${control_url}/_latchkey/v1/keys/${key_id}`, {
      headers: { authorization: `Bearer ${admin_token}` },
    })
    expect(response.status).toBe(200)
  })

  test('has its state folder to itself', async () => {
    const second = begin(...ANY_PORT)
    expect(await second.ended).toBe(1)
    expect(second.stderr()).toMatch(/^This state folder is in use by another start \(process \d+, .*\n$/)
  })

  test('keeps its ports to itself', async () => {
    const port = new URL(localFile().gateway_url ?? '').port
    const second = begin('--port', port, '--state', join(root, 'other'))
    expect(await second.ended).toBe(1)
    expect(second.stderr()).toBe(
      `Port ${port} for the gateway is taken: stop what listens there, or choose another with --port.\n`,
    )
  })

  test('ends with Ctrl-C and leaves no process', async () => {
    const family = familyOf(first)
    expect(family.length).toBeGreaterThan(5)
    first.child.kill('SIGINT')
    expect(await first.ended).toBe(0)
    expect(await survivorsOf(family)).toEqual([])
    expect(existsSync(join(state, 'lock'))).toBe(false)
  })
})

describe('a later start', () => {
  let before: LocalFile
  let later: Started
  let beside: Started

  beforeAll(async () => {
    before = localFile()
    later = npmStart(root, ...ANY_PORT)
    beside = begin(...ANY_PORT, '--origin-port', '0', '--state', join(root, `it's another`), '--json')
    running.push(later)
    await Promise.all([until(later, READY), until(beside, '}\n')])
  })

  test('keeps key, ids and origin', () => {
    const { gateway_url: _old, control_url: _same, ...kept } = before
    expect(localFile()).toMatchObject(kept)
  })

  test('does not print the key again, and its curl works all the same', () => {
    expect(later.stdout() + later.stderr()).not.toContain(before.key)
    expect(runPrintedCurl(later)).toMatchObject({ url: '/anything/hello' })
  })

  test('runs beside another one of the same checkout, whose --json is one line', async () => {
    const local = localFile(join(root, `it's another`))
    expect(beside.stdout()).toBe(`${JSON.stringify(local)}\n`)
    expect(local.key).not.toBe(before.key)
    const request = { headers: { authorization: `Bearer ${local.key}` } }
    expect((await fetch(`${local.gateway_url}/anything`, request)).status).toBe(200)
    expect((await fetch(`${localFile().gateway_url}/anything`, request)).status).toBe(401)
  })

  test('leaves no process when npm is told to end', async () => {
    const family = familyOf(later)
    later.child.kill('SIGTERM')
    await later.ended
    expect(await survivorsOf(family)).toEqual([])
  })

  test('leaves no process even when it is killed', async () => {
    const family = familyOf(beside)
    beside.child.kill('SIGKILL')
    await beside.ended
    expect(await survivorsOf(family)).toEqual([])
  })
})

describe('a start with an origin of its own', () => {
  test('asks that origin, refuses another, and says when the gateway dies', async () => {
    const seen: string[] = []
    const origin = createServer((request, response) => {
      seen.push(request.url ?? '')
      response.writeHead(404).end()
    }).listen(0, '127.0.0.1')
    await once(origin, 'listening')
    const address = origin.address()
    const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
    const folder = join(root, 'own')

    const started = begin(...ANY_PORT, '--origin', url, '--state', folder)
    await until(started, READY)
    expect(seen).toEqual(['/'])
    expect(localFile(folder).origin_url).toBe(url)

    const family = familyOf(started)
    const leader = family.find((pid) => pid !== started.child.pid)
    process.kill(leader ?? 0, 'SIGKILL')
    expect(await started.ended).toBe(1)
    expect(started.stderr()).toMatch(/The gateway has ended by itself, so everything was stopped\.\n$/)
    expect(await survivorsOf(family)).toEqual([])

    const elsewhere = begin(...ANY_PORT, '--origin', 'https://api.example.com', '--state', folder)
    expect(await elsewhere.ended).toBe(1)
    expect(elsewhere.stderr()).toContain(
      `This state folder's demo leads to ${url}, not to https://api.example.com:`,
    )
    origin.close()
  })
})

describe('a start that cannot go on', () => {
  test('says in one sentence which line of .dev.vars is broken', async () => {
    const path = join(root, '.dev.vars')
    const sound = readFileSync(path, 'utf8')
    writeFileSync(path, `${sound}ADMIN_TOKEN\n`)
    const started = begin(...ANY_PORT, '--state', join(root, 'broken'))
    expect(await started.ended).toBe(1)
    expect(started.stderr()).toBe(
      `${path} is broken in line 4, which is not NAME=value: mend it, or delete the file and the next start writes a new one.\n`,
    )
    writeFileSync(path, sound)
  })

  test('names an unknown option and ends with 2', async () => {
    const started = begin('--prot', '1')
    expect(await started.ended).toBe(2)
    expect(started.stderr()).toBe(`Unknown option '--prot'; \`npm start -- --help\` lists the options.\n`)
  })

  test('ends half-way without leaving a process when a migration fails', async () => {
    const bad = join(root, 'migrations', '9999_bad.sql')
    writeFileSync(bad, 'CREATE TABLE (')
    const folder = join(root, 'unmigrated')
    const started = begin(...ANY_PORT, '--origin-port', '0', '--state', folder)
    await until(started, 'Applying migrations')
    const family = familyOf(started)
    expect(await started.ended).toBe(1)
    expect(started.stderr()).toMatch(/syntax error[^]*\nA migration does not apply to the database in .*\n$/)
    expect(await survivorsOf(family)).toEqual([])
    expect(existsSync(join(folder, 'local.json'))).toBe(false)
    rmSync(bad)
  })

  test('can be interrupted while it is under way', async () => {
    const started = begin(...ANY_PORT, '--origin-port', '0', '--state', join(root, 'interrupted'))
    await until(started, 'Starting the gateway')
    const family = familyOf(started)
    started.child.kill('SIGINT')
    expect(await started.ended).toBe(0)
    expect(started.stdout()).toBe('')
    expect(await survivorsOf(family)).toEqual([])
  })
})
