// The limiter of an organization over the storage of a real object, with a clock that a test moves and a way to D1 that it
// breaks. To restart it is to lose everything but the storage.
import { env } from 'cloudflare:workers'
import { runInDurableObject } from 'cloudflare:test'
import { limiterOf } from '../../src/bindings.ts'
import { limiterName } from '../../src/limits/rpc.ts'
import { LimiterObject } from '../../src/objects/limiter.ts'
import type { WriteRefusals, WriteUsage } from '../../src/objects/usage-ledger.ts'
import { writeRefusals } from '../../src/store/refusals.ts'
import { writeUsage } from '../../src/store/usage.ts'
import { MINUTE } from './usage.ts'

export interface UsageObject {
  readonly clock: { ms: number }
  readonly logs: Readonly<Record<string, unknown>>[]
  readonly writeToD1: WriteUsage
  write: WriteUsage
  writeRefusals: WriteRefusals
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
    run: (run) =>
      runInDurableObject(stub, (_, state) => {
        instance ??= new LimiterObject(state, {
          now: () => object.clock.ms,
          random: Math.random,
          log: (event) => object.logs.push(event),
          writeUsage: (organization, buckets) => object.write(organization, buckets),
          writeRefusals: (organization, notes) => object.writeRefusals(organization, notes),
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
