// `npm run bench:revocation`: when does a revoked key stop, over several isolates under load, with KV that never changes?
// Ends with 1 if a key passed after the time that its revocation promised. See docs/revocation.md.
import { parseArgs } from 'node:util'
import { readCalls, type Calls } from './revocation/calls.ts'
import { startFleet, type Fleet } from './revocation/fleet.ts'
import { revokeUnderLoad, type Key, type Revocation } from './revocation/probe.ts'
import { broken, report, type Findings } from './revocation/report.ts'
import { textMember } from './gateway-setup.ts'

const USAGE = `node bench/revocation.ts [--revocations N] [--isolates N] [--at-once N] [--smoke] [--break]

  --revocations  keys that are made, used and revoked, default 200
  --isolates     Workers with the gateway's script, default 6
  --at-once      revocations under way at a time, default 10
  --smoke        8 revocations: proves that the benchmark runs
  --break        isolates that may be behind by 20 s, and say 1 s: proves that the benchmark notices`

const BOUND_MS = 1_000
const BROKEN: Readonly<Record<string, string>> = { REVOCATION_BOUND_MS: '20000' }

interface Options {
  readonly revocations: number
  readonly isolates: number
  readonly atOnce: number
  readonly edgeVars: Readonly<Record<string, string>>
}

async function main({ revocations, isolates, atOnce, edgeVars }: Options): Promise<void> {
  const fleet = await startFleet(isolates, edgeVars)
  try {
    const keys = await makeKeys(fleet, revocations)
    const begun = performance.now()
    const done: Revocation[] = []
    const queue = [...keys]
    const work = async () => {
      for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
        done.push(await revokeUnderLoad(fleet, key, BOUND_MS))
        if (done.length % 20 === 0) console.log(`${done.length} of ${keys.length} revoked`)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    const findings: Findings = {
      revocations: done,
      lastArrivals: await fleet.lastArrivals(),
      calls: await countCalls(fleet),
      edges: isolates,
      seconds: (performance.now() - begun) / 1000,
    }
    console.log(`\n${report(findings)}`)
    if (broken(findings).length > 0) process.exitCode = 1
  } finally {
    await fleet.stop()
  }
}

async function makeKeys({ admin, originUrl }: Fleet, count: number): Promise<readonly Key[]> {
  const organization = textMember(await admin('organizations', { name: 'Probe' }), 'id')
  const project = textMember(await admin('projects', { organization_id: organization, name: 'Probe' }), 'id')
  const upstream = textMember(await admin('upstreams', { name: 'origin', url: originUrl }), 'id')
  await admin('routes', { upstream_id: upstream, path: '/*' })
  const keys: Key[] = []
  for (let i = 1; i <= count; i++) {
    const created = await admin('keys', { project_id: project, name: `probe ${i}` })
    const key: unknown = created instanceof Object ? Reflect.get(created, 'key') : null
    keys.push({ id: textMember(key, 'id'), secret: textMember(created, 'secret') })
  }
  return keys
}

async function countCalls({ ownerUrl, edgeUrls }: Fleet): Promise<Calls> {
  const owner = await readCalls(ownerUrl)
  const edges = await Promise.all(edgeUrls.map(readCalls))
  return { ...owner, requests: edges.reduce((sum, { requests }) => sum + requests, 0) }
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      revocations: { type: 'string' },
      isolates: { type: 'string' },
      'at-once': { type: 'string' },
      smoke: { type: 'boolean', default: false },
      break: { type: 'boolean', default: false },
    },
  })
  return {
    revocations: wholeNumber('revocations', values.revocations) ?? (values.smoke ? 8 : 200),
    isolates: wholeNumber('isolates', values.isolates) ?? 6,
    atOnce: wholeNumber('at-once', values['at-once']) ?? (values.smoke ? 8 : 10),
    edgeVars: values.break ? BROKEN : {},
  }
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`--${name} takes whole numbers from 1.`)
  return value
}

if (process.argv.includes('--help')) console.log(USAGE)
else await main(readOptions(process.argv.slice(2)))
