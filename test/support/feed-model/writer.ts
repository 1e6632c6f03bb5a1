// Those who change something: D1 first, then the feed, then KV, as the control plane does it in any isolate; and the job
// that publishes what a broken-off change left in the outbox.
import type { ChangeName, Published } from '../../../src/feed/change.ts'
import { note } from '../../../src/feed/log-copy.ts'
import type { KeySnapshot, ReadStamp } from '../../../src/model/snapshot.ts'
import { putConfigCopy, putKeyCopy } from '../../../src/store/edge.ts'
import { withTimeout } from '../../../src/timeout.ts'
import { configSnapshotOf, keySnapshotOf, type Hash, type OutboxRow } from './database.ts'
import { BOUND_MS, GRACE_MS, type Isolate } from './isolate.ts'
import { MAX_CHANGES } from './keepers.ts'
import { createLine } from '../model/network.ts'
import type { World } from './world.ts'

const ATTEMPT_PAUSES_MS = [0, 250, 1_000]
const ATTEMPT_TIMEOUT_MS = 3_000
const JOB_PAUSE_MS = 20_000

/** Never throws: whoever asked for the change hears of a failure, and the outbox remembers it. */
export async function change(isolate: Isolate, name: ChangeName, world: World): Promise<void> {
  const { lines } = isolate
  const { database, network } = world
  const committed = network.call(lines.d1, database, () => commit(name, world))
  const row = await withTimeout(committed, ATTEMPT_TIMEOUT_MS).catch(() => null)
  if (row === null) return
  const published = await publishTrying([name], isolate, world)
  if (published === null) return
  promise([row], published, world)
  condemn([name], published, isolate)
  const stamp = { epoch: published.epoch, asOf: published.seq, now: isolate.deps.now() }
  await renewCopy(row, stamp, isolate, world).catch(() => undefined)
}

/** Changes of things that nobody asks for, which fill the log. */
export async function flood(isolate: Isolate, world: World): Promise<void> {
  const names = Array.from(
    { length: MAX_CHANGES + 1 },
    (_, i) => ({ kind: 'key', subject: `other_${i}` }) as const,
  )
  await publishTrying(names, isolate, world)
}

function commit(name: ChangeName, world: World): OutboxRow {
  const row = world.database.commit(name)
  world.timeline.after(JOB_PAUSE_MS, () => void publishOutbox([row], world), world.job)
  return row
}

async function publishTrying(
  names: readonly ChangeName[],
  isolate: Isolate,
  world: World,
): Promise<Published | null> {
  const { network, keepers, timeline } = world
  for (const pauseMs of ATTEMPT_PAUSES_MS) {
    if (pauseMs > 0) await timeline.sleep(pauseMs)
    const publish = network.call(isolate.lines.hub, keepers.hub, () => keepers.hubCalls().publish(names))
    const published = await withTimeout(publish, ATTEMPT_TIMEOUT_MS).catch(() => null)
    if (published !== null) return published
  }
  return null
}

async function publishOutbox(rows: readonly OutboxRow[], world: World): Promise<void> {
  const left = rows.filter(({ isPublished }) => !isPublished)
  if (left.length === 0) return
  const { network, keepers, timeline } = world
  const names = left.map(({ name }) => name)
  const publish = network.call(createLine(), keepers.hub, () => keepers.hubCalls().publish(names))
  const published = await withTimeout(publish, 10_000).catch(() => null)
  if (published === null) timeline.after(JOB_PAUSE_MS, () => void publishOutbox(rows, world))
  else promise(left, published, world)
}

// The figures of the answer to a change, in true time.
function promise(rows: readonly OutboxRow[], { leaseRemainingMs }: Published, world: World): void {
  const inForceAt = world.timeline.nowMs + leaseRemainingMs
  const effectiveBy = inForceAt + BOUND_MS
  for (const row of rows) {
    row.isPublished = true
    world.promises.make({ ...row, inForceAt, effectiveBy, worstCaseBy: effectiveBy + GRACE_MS })
  }
}

function condemn(names: readonly ChangeName[], { epoch, seq }: Published, { deps }: Isolate): void {
  const { log } = deps.memory.feed
  if (epoch === log.epoch) for (const name of names) note(log, name, seq)
}

async function renewCopy(row: OutboxRow, stamp: ReadStamp, isolate: Isolate, world: World): Promise<void> {
  const { kind, subject } = row.name
  if (kind !== 'key' && kind !== 'config') return
  const { lines, deps } = isolate
  const commits =
    world.surroundings.writes === 'its own value'
      ? row.commit
      : await world.network.call(lines.d1, world.database, () => world.database.commits())
  if (kind === 'config') return putConfigCopy(deps.kv, configSnapshotOf(commits, stamp), 0)
  const snapshot: KeySnapshot = keySnapshotOf(subject as Hash, commits, stamp)
  return putKeyCopy(deps.kv, snapshot, 0)
}
