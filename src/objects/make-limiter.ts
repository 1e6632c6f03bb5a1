// A limiter with its clock and its way to D1, as the runtime's class (exports.ts) needs it.
import { databasesOf } from '../bindings.ts'
import { LimiterObject } from './limiter.ts'

export function makeLimiter(ctx: DurableObjectState, env: Env): LimiterObject {
  return new LimiterObject(ctx, {
    // Looked up at each call: a test that stops the clock puts another one in its place.
    now: () => Date.now(),
    random: Math.random,
    log: (event) => console.log(JSON.stringify(event)),
    // SQL is loaded by the alarm that needs it: most limiters never do.
    writeUsage: async (organizationId, buckets) => {
      const { writeUsage } = await import('../store/usage.ts')
      await writeUsage(databasesOf(env), organizationId, buckets, Date.now())
    },
    writeRefusals: async (organizationId, notes) => {
      const { writeRefusals } = await import('../store/refusals.ts')
      await writeRefusals(databasesOf(env), organizationId, notes)
    },
    writeAddresses: async (organizationId, observed) => {
      const { writeAddresses } = await import('../store/addresses.ts')
      await writeAddresses(databasesOf(env), organizationId, observed)
    },
  })
}
