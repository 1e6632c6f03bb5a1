// The limiter of an organization over the storage of a real object, with a clock that a test moves and a way to D1 that it
// breaks. To restart it is to lose everything but the storage.
import { env } from 'cloudflare:workers'
import { runInDurableObject } from 'cloudflare:test'
import { limiterOf } from '../../src/bindings.ts'
import { limiterName } from '../../src/limits/rpc.ts'
import type { UsageBatch } from '../../src/limits/usage.ts'
import { LimiterObject } from '../../src/objects/limiter.ts'
import type { WriteAddresses, WriteRefusals, WriteUsage } from '../../src/objects/usage-ledger.ts'
import { writeAddresses } from '../../src/store/addresses.ts'
import { writeRefusals } from '../../src/store/refusals.ts'
import { writeUsage } from '../../src/store/usage.ts'
import { MINUTE } from './usage.ts'

export interface UsageObject {
  readonly clock: { ms: number }
  readonly logs: Readonly<Record<string, unknown>>[]
  readonly writeToD1: WriteUsage
  write: WriteUsage
  writeRefusals: WriteRefusals
  writeAddresses: WriteAddresses
  run<R>(run: (limiter: LimiterObject, state: DurableObjectState) => R | Promise<R>): Promise<R>
  restart(): void
  alarmAt(): Promise<number | null>
  /** How many buckets it holds. */
  buckets(): Promise<number>
  holders(): Promise<readonly string[]>
}

export function usageObject(organizationId: string): UsageObject {
  const stub = limiterOf(env, limiterName('usage', organizationId))
  let instance: LimiterObject | null = null
  const writeToD1: WriteUsage = (organization, buckets) =>
    writeUsage({ primary: env.DB, shards: [env.DB] }, organization, buckets, object.clock.ms)
  const inStorage = <R>(read: (storage: DurableObjectStorage) => R | Promise<R>) =>
    runInDurableObject(stub, (_, { storage }) => read(storage))
  const object: UsageObject = {
    clock: { ms: MINUTE },
    logs: [],
    writeToD1,
    write: writeToD1,
    writeRefusals: (organization, notes) =>
      writeRefusals({ primary: env.DB, shards: [env.DB] }, organization, notes),
    writeAddresses: (organization, observed) =>
      writeAddresses({ primary: env.DB, shards: [env.DB] }, organization, observed),
    run: (run) =>
      runInDurableObject(stub, (_, state) => {
        instance ??= new LimiterObject(state, {
          now: () => object.clock.ms,
          random: Math.random,
          log: (event) => object.logs.push(event),
          writeUsage: (organization, buckets) => object.write(organization, buckets),
          writeRefusals: (organization, notes) => object.writeRefusals(organization, notes),
          writeAddresses: (organization, observed) => object.writeAddresses(organization, observed),
        })
        return run(instance, state)
      }),
    restart() {
      instance = null
    },
    alarmAt: () => inStorage((storage) => storage.getAlarm()),
    buckets: () =>
      inStorage(({ sql }) => sql.exec<{ n: number }>('SELECT count(*) AS n FROM usage_buckets').one().n),
    holders: () =>
      inStorage(({ sql }) =>
        sql
          .exec<{ holder: string }>('SELECT holder FROM usage_holders')
          .toArray()
          .map(({ holder }) => holder),
      ),
  }
  return object
}

/** Of the limiters that {@link flushUsage} drives: it goes on through a whole file. */
let flushedAt = MINUTE

/** What the gateway handed over, to D1. */
export async function flushUsage(handedOver: UsageBatch[]): Promise<void> {
  for (const batch of handedOver.splice(0)) {
    const object = usageObject(batch.organizationId)
    object.clock.ms = flushedAt += 60_000
    await object.run((limiter) => limiter.record(batch))
    object.clock.ms = flushedAt += 60_000
    await object.run((limiter) => limiter.alarm())
  }
}
