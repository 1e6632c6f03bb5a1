// The way to the gateway: batches, interruptions, what is said at the end, and that no key in clear goes along.
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { Api } from '../../../../src/cli/api.ts'
import type { Judged } from '../../../../src/cli/import/judged.ts'
import { NO_JOURNAL } from '../../../../src/cli/import/journal.ts'
import { send } from '../../../../src/cli/import/sending.ts'
import { listOf, member } from '../../../../src/cli/json.ts'
import { latchkey, type Ran } from '../tool.ts'
import { digits, EXPORTS, sha256 } from './exports.ts'
import {
  fileOf,
  importGateway,
  importing,
  itemsOf,
  PROJECT,
  type Behaviour,
  type Gateway,
} from './gateway.ts'

let gateway: Gateway
afterEach(() => gateway.close())

const open = async (behaviour: Behaviour = {}) => {
  gateway = await importGateway(behaviour)
  return gateway
}
const key = (index: number) => `acme_${digits(index, 28)}`
const csvOf = (count: number) => [...EXPORTS.csv.text(count)].join('')
const stateOf = (file: string) => `${file}.latchkey-import.json`
const summary = ({ out }: Ran) => out.split('\n')[0]
const problem = (status: number) => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: { title: 'Refused', status, detail: 'No such project.', code: 'x' },
})

describe('a run that is interrupted', () => {
  it('goes on behind the batches that were answered', { timeout: 20_000 }, async () => {
    let isCut = true
    await open({ answer: (_, count) => (isCut && count >= 7 ? { cut: 'before' } : null) })
    const file = fileOf(csvOf(5_000))
    const first = await importing(file, EXPORTS.csv.options, gateway)
    expect(first.code).toBe(4)
    expect(first.err).toContain('the same command goes on from there')
    const answered = gateway.keys.size
    expect(answered).toBeGreaterThan(0)
    expect(answered).toBeLessThan(5_000)
    expect(statSync(stateOf(file)).mode & 0o777).toBe(0o600)
    const secrets = Array.from({ length: 5_000 }, (_, index) => digits(index, 28))
    const kept = readFileSync(stateOf(file), 'utf8') + first.out + first.err
    expect(secrets.filter((secret) => kept.includes(secret))).toEqual([])

    isCut = false
    const before = gateway.seen.length
    const second = await importing(file, EXPORTS.csv.options, gateway)
    expect([second.code, summary(second)]).toEqual([
      0,
      '5000 keys: 5000 imported, 0 existed, 0 duplicate, 0 refused.',
    ])
    expect(gateway.keys.size).toBe(5_000)
    // What was answered is not sent again.
    const sent = gateway.seen.slice(before).reduce((sum, seen) => sum + itemsOf(seen).length, 0)
    expect(sent).toBe(5_000 - answered)
    expect(existsSync(stateOf(file))).toBe(false)
  })

  it('of which an answer was lost goes on, too: those keys are there', { timeout: 20_000 }, async () => {
    const file = fileOf(csvOf(1_000))
    let isLost = true
    // Stored, and the connection cut before the answer.
    await open({
      answer: (seen) => {
        if (!isLost) return null
        for (const item of itemsOf(seen)) gateway.keys.set(`${item.project_id} ${item.hash.digest}`, item)
        return { cut: 'before' }
      },
    })
    expect((await importing(file, EXPORTS.csv.options, gateway)).code).toBe(4)
    isLost = false
    expect(summary(await importing(file, EXPORTS.csv.options, gateway))).toBe(
      '1000 keys: 0 imported, 1000 existed, 0 duplicate, 0 refused.',
    )
  })

  it('a state that was cut off in the middle of a line is gone on from', async () => {
    let isBroken = true
    await open({ answer: (_, count) => (isBroken && count > 2 ? problem(404) : null) })
    const file = fileOf(csvOf(2_500))
    expect((await importing(file, EXPORTS.csv.options, gateway)).code).toBe(6)
    expect(gateway.keys.size).toBe(1_000)
    const state = stateOf(file)
    writeFileSync(state, readFileSync(state, 'utf8').trimEnd().slice(0, -10))
    isBroken = false
    // The batch of that line is sent again, and is there.
    expect(summary(await importing(file, EXPORTS.csv.options, gateway))).toBe(
      '2500 keys: 2000 imported, 500 existed, 0 duplicate, 0 refused.',
    )
  })

  it('another gateway is another import', async () => {
    await open({ answer: () => problem(404) })
    const file = fileOf(csvOf(10))
    await importing(file, EXPORTS.csv.options, gateway)
    await gateway.close()
    await open()
    const { code, err } = await importing(file, EXPORTS.csv.options, gateway)
    expect([code, gateway.seen.length]).toEqual([2, 0])
    expect(err).toContain('was changed since it was begun')
    expect(summary(await importing(file, [...EXPORTS.csv.options, '--yes'], gateway))).toContain(
      '10 imported',
    )
  })

  it('a file that was changed is begun anew, after asking', async () => {
    let isBroken = true
    await open({ answer: () => (isBroken ? problem(404) : null) })
    const file = fileOf(csvOf(10))
    expect((await importing(file, EXPORTS.csv.options, gateway)).code).toBe(6)
    isBroken = false
    appendFileSync(file, `${key(99)},late,,,,,\n`)
    expect((await importing(file, EXPORTS.csv.options, gateway)).code).toBe(2)
    const no = await importing(file, EXPORTS.csv.options, { ...gateway, typed: ['n'] })
    expect([no.code, gateway.keys.size]).toEqual([1, 0])
    const yes = await importing(file, EXPORTS.csv.options, { ...gateway, typed: ['y'] })
    expect([yes.code, gateway.keys.size]).toEqual([0, 11])
  })

  it('something else at the place of the state is left alone', async () => {
    await open()
    const file = fileOf(csvOf(10))
    writeFileSync(stateOf(file), '{"mine":true}')
    const { code, err } = await importing(file, EXPORTS.csv.options, gateway)
    expect([code, gateway.seen.length]).toEqual([2, 0])
    expect(err).toContain('is no state of an import')
    expect(readFileSync(stateOf(file), 'utf8')).toBe('{"mine":true}')
  })
})

describe('what is sent', () => {
  it('a repeat changes nothing', async () => {
    await open()
    const file = fileOf(csvOf(1_200))
    await importing(file, EXPORTS.csv.options, gateway)
    const kept = JSON.stringify([...gateway.keys])
    expect(summary(await importing(file, EXPORTS.csv.options, gateway))).toBe(
      '1200 keys: 0 imported, 1200 existed, 0 duplicate, 0 refused.',
    )
    expect(JSON.stringify([...gateway.keys])).toBe(kept)
  })

  it('batches are cut by size, too', async () => {
    await open()
    const row = (index: number) =>
      `${JSON.stringify({ key: key(index), metadata: { note: 'x'.repeat(2_000) } })}\n`
    await importing(
      fileOf(Array.from({ length: 500 }, (_, i) => row(i)).join('')),
      ['--from', 'ndjson', '--prefix', 'acme_'],
      gateway,
    )
    const sizes = gateway.seen.map(({ body }) => new TextEncoder().encode(body).length)
    expect(gateway.keys.size).toBe(500)
    expect(sizes.length).toBeGreaterThan(3)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256_000)
  })

  it('four batches are under way at a time, and no more of the file is read meanwhile', async () => {
    await open()
    let [underWay, most, read] = [0, 0, 0]
    const call: Api['call'] = async (_, __, asked) => {
      most = Math.max(most, (underWay += 1))
      expect(read).toBeLessThanOrEqual(most * 500 + answered + 500)
      await sleep(5)
      underWay -= 1
      const items = listOf(member(asked?.json, 'items'))
      answered += items.length
      return { results: items.map((_item, index) => ({ index, status: 'imported' })) }
    }
    let answered = 0
    async function* judged(): AsyncGenerator<Judged> {
      for (read = 1; read <= 10_000; read++) {
        const hash = { scheme: 'sha256', digest: String(read) } as const
        yield { line: read, kind: 'item', item: { hash, start: '', last4: '', disabled: false }, dropped: [] }
      }
    }
    const api = { call } as unknown as Api
    expect((await send(api, judged(), NO_JOURNAL, () => undefined)).imported).toBe(10_000)
    expect(most).toBe(4)
  })

  it('a gateway that is busy is asked again, under the same Idempotency-Key', async () => {
    await open({ answer: (_, count) => (count === 1 ? problem(503) : null) })
    expect((await importing(fileOf(csvOf(10)), EXPORTS.csv.options, gateway)).code).toBe(0)
    const [one, other] = gateway.seen.map(({ headers }) => headers['idempotency-key'])
    expect(other).toBe(one)
  })

  it('an answer that leaves out an item is none', async () => {
    await open({ answer: () => ({ body: { results: [{ index: 0, status: 'imported' }] } }) })
    const { code, err } = await importing(fileOf(csvOf(2)), EXPORTS.csv.options, gateway)
    expect([code, err]).toEqual([1, expect.stringContaining('what became of line 3')])
  })

  it('a wrong token ends it at once', async () => {
    await open({ answer: () => problem(401) })
    expect((await importing(fileOf(csvOf(10_000)), EXPORTS.csv.options, gateway)).code).toBe(5)
    expect(gateway.seen.length).toBeLessThanOrEqual(5)
  })

  it('standard input is read as a file is, and leaves none', async () => {
    await open()
    const ran = await importing('-', EXPORTS.csv.options, { ...gateway, piped: csvOf(700) })
    expect([ran.code, gateway.keys.size]).toEqual([0, 700])
  })

  it('progress is shown on a terminal', async () => {
    await open()
    const { err } = await importing(fileOf(csvOf(2_000)), EXPORTS.csv.options, { ...gateway, typed: [] })
    expect(err).toContain('keys [')
    expect(err).toContain('100% 2000/2000')
  })
})

describe('what is refused', () => {
  const weak = [
    'acme_short',
    `acme_${'a1'.repeat(20)}`,
    `acme_${'7'.repeat(200)}`,
    'acme_0f8fad5b-d9cb-1e5d-a165-70867728950e',
  ]
  const native = `lk_live_${digits(1, 32)}${digits(2, 6)}`
  const lines = [
    ...weak.map((text) => [text, 'weak_key']),
    [`acme_${digits(1, 30)}${digits(2, 30).repeat(9)}`, 'too_long'],
    [`acme_${digits(3, 28)}é`, 'characters'],
    [`acme_ ${digits(3, 28)}`, 'characters'],
    [native, 'native_shape'],
    [`other_${digits(4, 28)}`, 'undeclared_format'],
    ['', 'no_key'],
  ] as const

  it('keys that must not be, each with its line and without itself', async () => {
    await open()
    const rows = lines.map(([text]) => JSON.stringify({ key: text, name: 'n' }))
    const report = fileOf('')
    const ran = await importing(
      fileOf(`${rows.join('\n')}\n`),
      ['--from', 'ndjson', '--prefix', 'acme_', '--report', report],
      gateway,
    )
    expect([ran.code, gateway.seen.length]).toEqual([1, 0])
    const told = readFileSync(report, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { line: number; code: string })
    expect(told.map(({ line, code }) => [line, code])).toEqual(
      lines.map(([, code], index) => [index + 1, code]),
    )
    for (const [text] of lines)
      if (text !== '') expect(ran.out + ran.err + readFileSync(report, 'utf8')).not.toContain(text)
  })

  it('a random UUID is strong enough', async () => {
    await open()
    const ran = await importing('-', ['--from', 'ndjson', '--prefix', 'acme_'], {
      ...gateway,
      piped: '{"key":"acme_0f8fad5b-d9cb-469f-a165-70867728950e"}',
    })
    expect(ran.code).toBe(0)
  })

  it('a key that stands in another field is not stored in clear', async () => {
    await open()
    const row = JSON.stringify({ key: key(1), name: `key ${key(1)}` })
    const { code, out } = await importing('-', ['--from', 'ndjson', '--prefix', 'acme_'], {
      ...gateway,
      piped: row,
    })
    expect([code, gateway.seen.length]).toEqual([1, 0])
    expect(out).not.toContain(key(1))
  })

  it('by the gateway: told with the line, and the rest goes on', async () => {
    await open({
      refuse: ({ name }) =>
        name === 'Key "1"'
          ? {
              code: 'conflict',
              title: 'Taken',
              detail: 'Is taken.',
              errors: [{ pointer: '/external_id', detail: 'Is taken.' }],
            }
          : null,
    })
    const ran = await importing(fileOf(csvOf(5)), EXPORTS.csv.options, gateway)
    expect(ran.code).toBe(1)
    expect(ran.out).toContain('5 keys: 4 imported, 0 existed, 0 duplicate, 1 refused.')
    expect(ran.out).toContain('line 3: /external_id: Is taken.')
  })

  it('a key that stands twice is told with both lines, and sent once', async () => {
    await open()
    const csv = `key,name\n${key(1)},a\n${key(2)},b\n${key(1)},c\n`
    const ran = await importing(fileOf(csv), ['--from', 'csv', '--prefix', 'acme_'], gateway)
    expect([ran.code, gateway.keys.size]).toEqual([0, 2])
    expect(ran.out).toContain('line 4: the same key as in line 2.')
  })

  it('--strict sends nothing then', async () => {
    await open()
    const file = fileOf(`key,name\n${key(1)},a\nacme_weak,b\n`)
    const { code, err } = await importing(file, ['--from', 'csv', '--prefix', 'acme_', '--strict'], gateway)
    expect([code, gateway.seen.length, existsSync(stateOf(file))]).toEqual([2, 0, false])
    expect(err).toContain('1 lines are refused. Nothing was sent.')
  })

  it.each([
    [['--from', 'csv', '--map', 'a=b'], '--map a=b is no column=field'],
    [['--from', 'aws', '--map', 'a=key'], '--map is for csv and ndjson'],
    [['--from', 'csv', '--hash', 'hmac-sha256'], 'needs --pepper-id'],
    [['--from', 'csv', '--prefix', 'a'], '--prefix takes 2 to 32'],
    [['--from', 'csv', '--report', '/nowhere/report', '--prefix', 'acme_'], 'Cannot write /nowhere/report'],
    [['--from', 'csv', '--state', '/nowhere/state', '--prefix', 'acme_'], 'Cannot write /nowhere/state'],
    [['--from', 'other'], 'Allowed choices are'],
  ])('a wrong command line: %j', async (options, sentence) => {
    await open()
    const { code, err } = await importing(fileOf(csvOf(3)), options, gateway)
    expect([code, gateway.seen.length]).toEqual([2, 0])
    expect(err).toContain(sentence)
  })

  it('a project that is none, a file that is not there, a folder', async () => {
    await open()
    const run = (file: string, project: string) =>
      latchkey(['import', file, '--from', 'csv', '--project', project], gateway)
    expect((await run(fileOf(csvOf(1)), 'org_1')).code).toBe(2)
    expect((await run('/nowhere/keys.csv', PROJECT)).err).toContain('ENOENT')
    expect((await run('/tmp', PROJECT)).code).toBe(2)
  })
})

describe('a dry run', () => {
  it('needs no gateway, sends nothing, and proposes the prefix', async () => {
    await open()
    const file = fileOf(csvOf(20))
    const ran = await importing(file, ['--from', 'csv', '--dry-run'])
    expect([ran.code, gateway.seen.length, existsSync(stateOf(file))]).toEqual([0, 0, false])
    expect(summary(ran)).toBe('20 keys: 20 importable, 0 duplicate, 0 refused.')
    expect(ran.out).toContain(
      'carried over: name 20, external_id 20, scopes 20, tags 20, metadata 20, expires_at 20',
    )
    expect(ran.err).toContain('import them with --prefix acme_')
    expect(ran.err).toContain('{"legacy_formats":[{"prefix":"acme_"}]}')
  })

  it('without a prefix, keys in clear are not sent; hashes are', async () => {
    await open()
    const { code, err } = await importing(fileOf(csvOf(3)), ['--from', 'csv'], gateway)
    expect([code, gateway.seen.length]).toEqual([2, 0])
    expect(err).toContain('import them with --prefix acme_')
    const hashes = `hash\n${sha256('a').toString('hex')}\n`
    expect((await importing(fileOf(hashes), ['--from', 'csv'], gateway)).code).toBe(0)
  })

  it('keys that share nothing are refused, with what to do', async () => {
    await open()
    const piped = `key\na${digits(1, 30)}\nb${digits(2, 31)}\n`
    const { code, err } = await importing('-', ['--from', 'csv', '--dry-run'], { piped })
    expect(code).toBe(1)
    expect(err).toContain('which may be repeated')
    const prefixes = ['--prefix', `a${digits(1, 1)}`, '--prefix', `b${digits(2, 1)}`]
    const again = await importing('-', ['--from', 'csv', '--dry-run', ...prefixes], { piped })
    expect([again.code, again.err]).toEqual([0, ''])
  })

  it('nothing of a key is shown as a proposal, nor what a shell would run', async () => {
    await open()
    const propose = async (...keys: readonly string[]) => {
      const { out, err } = await importing('-', ['--from', 'csv', '--dry-run'], {
        piped: `key\n${keys.join('\n')}\n`,
      })
      return out + err
    }
    const single = `ab-${digits(1, 14)}_${digits(2, 14)}`
    expect(await propose(single, single)).not.toContain('ab-')
    expect(await propose(`$(id)_${digits(1, 28)}`, `$(id)_${digits(2, 28)}`)).not.toContain('$(id)')
  })

  it('shows the first ten lines that are refused', async () => {
    await open()
    const { out } = await importing('-', ['--from', 'csv', '--dry-run', '--prefix', 'acme_'], {
      piped: `key\n${'acme_weak\n'.repeat(15)}`,
    })
    expect(out.match(/^ {2}line \d+/gm)).toHaveLength(10)
    expect(out).toContain('and 5 more')
  })
})
