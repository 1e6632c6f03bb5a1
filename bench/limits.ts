// `npm run bench:limits`: what do leased budgets cost near the limit and in calls, and does any request pass beyond it? In virtual
// time, leased and `exact`. Ends with 1 when the bound is passed or a target is missed. See docs/benchmarks.md.
import { parseArgs } from 'node:util'
import { casesOf, type Case } from './limits/loads.ts'
import { isInstalled, loadPeer, simulatePeer, type Peer } from './limits/peer.ts'
import { misses, table, type Finding } from './limits/report.ts'
import { simulate, type Isolates } from './limits/simulation.ts'

const USAGE = `node bench/limits.ts [--seed N] [--only TEXT] [--smoke] [--break] [--peers]

  --seed   of the dice, default 1
  --only   loads whose name begins with it: '2x of 100/s'
  --smoke  a fifth of the time: proves that the benchmark runs, and what it finds
  --break  isolates that take a lease for twice what it is: must end with 1
  --peers  hono-rate-limiter under the same loads too`

const SMOKE_SCALE = 0.2

async function main(
  cases: readonly Case[],
  seed: number,
  isolates: Isolates,
  peer: Peer | null,
): Promise<void> {
  const findings: Finding[] = []
  for (const [i, one] of cases.entries()) {
    console.error(`${i + 1} of ${cases.length}: ${one.name} over ${one.isolates} isolates`)
    const leased = await simulate(one, 'leased', isolates, seed)
    const exact = await simulate(one, 'exact', 'sound', seed)
    const beside = peer === null ? null : await simulatePeer(one, peer, seed)
    findings.push({ case: one, leased, exact, peer: beside })
  }
  console.log(table(findings))
  const missed = findings.flatMap(misses)
  console.log(missed.length === 0 ? '\nEvery target is met.' : `\nMissed:\n${missed.join('\n')}`)
  if (missed.length > 0) process.exitCode = 1
}

function chosenCases(scale: number, name: string): readonly Case[] {
  const all = casesOf(scale)
  const chosen = all.filter((one) => one.name.startsWith(name))
  if (chosen.length > 0) return chosen
  throw new RangeError(
    `No load begins with "${name}": ${[...new Set(all.map((one) => one.name))].join(', ')}.`,
  )
}

function readSeed(text: string | undefined): number {
  const seed = Number(text ?? 1)
  if (!Number.isInteger(seed) || seed < 0) throw new RangeError('--seed takes whole numbers.')
  return seed
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    only: { type: 'string', default: '' },
    smoke: { type: 'boolean', default: false },
    break: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) console.log(USAGE)
else if (values.peers && !isInstalled()) {
  console.error('Run `npm install --prefix bench/peers` first.')
  process.exitCode = 1
} else {
  const peer = values.peers ? await loadPeer() : null
  const cases = chosenCases(values.smoke ? SMOKE_SCALE : 1, values.only)
  await main(cases, readSeed(values.seed), values.break ? 'greedy' : 'sound', peer)
}
