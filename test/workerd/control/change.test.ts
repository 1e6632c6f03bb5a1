// The order of a change, and what is left of it wherever it breaks off: D1 has all of it or nothing, the next scheduled run
// publishes what is left, and KV never holds what was not read.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ControlDeps } from '../../../src/control/deps.ts'
import type { ChangeName } from '../../../src/feed/change.ts'
import { runScheduled } from '../../../src/jobs/scheduled.ts'
import { digestKey } from '../../../src/keys/digest.ts'
import { outbox } from '../../../src/model/schema/records.ts'
import { getKeyCopy } from '../../../src/store/edge.ts'
import { breaksOf, eventsOf } from '../store/chain.ts'
import { db } from '../store/rows.ts'
import { call, create, createProject, databases, makeDeps, publishedNext, type CreatedKey } from './client.ts'
import { databaseThat, fails, never, wrap } from './wrap.ts'

const key = { id: '', hash: '', organization: '', project: '' }
const path = (verb: string) => `/_latchkey/v1/keys/${key.id}/${verb}`
const copy = () => getKeyCopy(env.KV, key.hash)
const stateInD1 = async () => (await call(`/_latchkey/v1/keys/${key.id}`)).body.state
const revoke = (deps: ControlDeps, query = '') => call<Body>(path('revoke') + query, { json: {}, deps })

interface Body {
  readonly code?: string
  readonly result?: { readonly key: { readonly state: string } }
  readonly propagation: Times
}

interface Times {
  readonly effective_by: string
  readonly worst_case_by: string
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  const { organizationId, projectId } = await createProject()
  const made = await create<CreatedKey>('keys', { project_id: projectId, name: 'K' })
  Object.assign(key, {
    id: made.key.id,
    hash: await digestKey(made.secret),
    organization: organizationId,
    project: projectId,
  })
  await db.delete(outbox)
})

/** What the next run publishes, `afterMs` from now. */
async function scheduledRun(afterMs = 10_001): Promise<readonly ChangeName[]> {
  const published: ChangeName[] = []
  const publish = async (changes: readonly ChangeName[]) => {
    published.push(...changes)
    return publishedNext()
  }
  await runScheduled({
    databases,
    publish,
    refusalHours: 24,
    addressDays: 30,
    now: () => Date.now() + afterMs,
    log: () => {},
  })
  return published
}

describe('a change', () => {
  it('is committed, then published, then condemned here, then read back into KV', async () => {
    const steps: string[] = []
    const seen = async (step: string) => steps.push(`${step}, D1 says ${String(await stateInD1())}`)
    const deps: ControlDeps = makeDeps({
      publish: async () => {
        await seen('publish')
        return publishedNext()
      },
      condemn: () => steps.push('condemn'),
      kv: wrap(env.KV, {
        put: async (name: string, value: string) => {
          await seen('put')
          await env.KV.put(name, value)
        },
      }),
    })
    expect((await revoke(deps)).status).toBe(200)
    expect(steps).toEqual(['publish, D1 says revoked', 'condemn', 'put, D1 says revoked'])
  })

  it('stamps the copy with what was published, on the clock from before the read', async () => {
    const published = publishedNext({ epoch: 77 })
    const deps = makeDeps({ publish: async () => published, now: () => 1_900_000_000_000 })
    await revoke(deps)
    expect(await copy()).toMatchObject({
      epoch: 77,
      asOf: published.seq,
      readAt: 1_900_000_000_000,
      key: { state: 'revoked' },
    })
    expect(deps.condemned).toEqual([{ changes: [{ kind: 'key', subject: key.hash }], published }])
  })

  it('leaves nothing to the scheduled run, and one event in the trail', async () => {
    const deps = makeDeps()
    await revoke(deps)
    await deps.settle()
    expect(await scheduledRun()).toEqual([])
    const events = await eventsOf(key.organization)
    expect(events.map(({ action }) => action)).toEqual([
      'organization.created',
      'project.created',
      'key.created',
      'key.revoked',
    ])
    expect(events.at(-1)?.changes).toMatchObject({ state: { from: 'active', to: 'revoked' } })
  })

  it('that is repeated is published again and told of once', async () => {
    await revoke(makeDeps())
    const deps = makeDeps()
    expect((await revoke(deps)).status).toBe(200)
    expect(deps.publishes).toEqual([[{ kind: 'key', subject: key.hash }]])
    expect(await eventsOf(key.organization)).toHaveLength(4)
  })

  it('is one of many in its organization at the same time, and none of them is lost', async () => {
    const json = { project_id: key.project, name: 'K' }
    const made = await Promise.all(
      Array.from({ length: 20 }, () => call('/_latchkey/v1/keys', { json, deps: makeDeps() })),
    )
    expect(made.map(({ status }) => status)).toEqual(made.map(() => 201))
    expect(await eventsOf(key.organization)).toHaveLength(23)
    expect(await breaksOf(key.organization)).toEqual([])
  })

  it('says who asked for it and from where, and never the token', async () => {
    const headers = { 'cf-connecting-ip': '192.0.2.7', 'user-agent': 'x'.repeat(300) }
    await call(path('disable'), { method: 'POST', headers })
    const event = (await eventsOf(key.organization)).at(-1)
    expect(event).toMatchObject({
      actor: { type: 'operator', id: 'admin_token', break_glass: true },
      context: { request_id: 'req_test', address: '192.0.2.7', user_agent: 'x'.repeat(256) },
    })
    expect(JSON.stringify(event)).not.toContain(env.ADMIN_TOKEN)
    expect(JSON.stringify(await eventsOf(key.organization))).not.toContain(key.hash)
  })
})

describe('the figures of an answer', () => {
  const clock = 1_900_000_000_000
  const at = (ms: number) => new Date(clock + ms).toISOString()

  it('count from the clock after the publish: lease, bound, grace', async () => {
    let now = clock - 700
    const publish = async () => {
      now = clock
      return publishedNext({ relaysAcknowledged: 1, leaseRemainingMs: 3_000 })
    }
    const { body } = await revoke(makeDeps({ publish, now: () => now }))
    expect(body.propagation).toEqual({
      effective_by: at(4_000),
      worst_case_by: at(34_000),
      relays_acknowledged: 1,
      relays_total: 2,
    })
  })

  it('are now for a change that nothing cached depends on, which publishes nothing', async () => {
    const deps = makeDeps({ now: () => clock })
    const patch = { method: 'PATCH', json: { name: 'New' }, deps }
    const { body } = await call<Body>(`/_latchkey/v1/organizations/${key.organization}`, patch)
    expect(body.propagation).toEqual({
      effective_by: at(0),
      worst_case_by: at(0),
      relays_acknowledged: 0,
      relays_total: 0,
    })
    expect(deps.publishes).toEqual([])
  })
})

describe('wait=true', () => {
  const clock = 1_900_000_000_000
  const waits = async (query: string, leaseRemainingMs = 0) => {
    const slept: number[] = []
    const deps = makeDeps({
      now: () => clock,
      publish: async () => publishedNext({ leaseRemainingMs }),
      sleep: async (ms) => void slept.push(ms),
    })
    expect((await revoke(deps, query)).status).toBe(200)
    return slept
  }

  it('holds the answer until the change is in force', async () => {
    expect(await waits('?wait=true', 2_500)).toEqual([3_500])
  })

  it('holds it for 25 s at most', async () => {
    expect(await waits('?wait=true', 60_000)).toEqual([25_000])
  })

  it('is not what happens without it', async () => {
    expect([await waits(''), await waits('?wait=false')]).toEqual([[], []])
  })
})

describe('changes that are still unpublished', () => {
  const leave = (count: number) =>
    db.batch([
      db.delete(outbox),
      ...Array.from({ length: count }, (_, i) =>
        db.insert(outbox).values({ id: `out_${i}`, kind: 'project', subject: `prj_${i}`, createdAt: i }),
      ),
    ])

  it('are published with the next one, because what is said of it may rest on them', async () => {
    await leave(2)
    const deps = makeDeps()
    expect((await revoke(deps)).status).toBe(200)
    expect(deps.publishes).toEqual([
      [
        { kind: 'project', subject: 'prj_0' },
        { kind: 'project', subject: 'prj_1' },
        { kind: 'key', subject: key.hash },
      ],
    ])
    await deps.settle()
    expect((await db.select().from(outbox)).filter(({ publishedAt }) => publishedAt === null)).toEqual([])
  })

  it('where there are too many, this one is published all the same, and nothing is promised of it', async () => {
    await leave(500)
    const deps = makeDeps()
    const answer = await revoke(deps)
    expect([answer.status, answer.body.code]).toEqual([503, 'change_pending'])
    expect(deps.publishes[0]).toContainEqual({ kind: 'key', subject: key.hash })
    await db.delete(outbox)
  })
})

describe('a feed that does not take a change', () => {
  const failing = (error: Error) => {
    let attempts = 0
    const deps = makeDeps({
      publish: () => {
        attempts++
        return Promise.reject(error)
      },
    })
    return { deps, attempts: () => attempts }
  }

  it('is asked three times, and then the answer says what is stored and when it is in force', async () => {
    const clock = Date.now()
    const { deps, attempts } = failing(new Error('injected: hub down'))
    const answer = await revoke({ ...deps, now: () => clock })
    expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([
      503,
      'change_pending',
      '5',
    ])
    expect(attempts()).toBe(3)
    expect(deps.slept).toEqual([250, 1_000])
    expect(answer.body).toMatchObject({
      stored: true,
      result: { key: { state: 'revoked', id: key.id } },
      // The next run, a lease and the bound; or what no copy outlives.
      expected_by: new Date(clock + 76_000).toISOString(),
      worst_case_by: new Date(clock + 21_605_000).toISOString(),
    })
    expect(answer.text).not.toContain(key.hash)
    expect(answer.text).not.toContain('hub down')
    expect(deps.condemned).toEqual([])
    expect((await copy())?.key?.state).toBe('active')
    expect(await stateInD1()).toBe('revoked')
  })

  it('that takes the second attempt makes it a success', async () => {
    let attempts = 0
    const publish = () =>
      ++attempts === 1 ? Promise.reject(new Error('injected')) : Promise.resolve(publishedNext())
    expect((await revoke(makeDeps({ publish }))).status).toBe(200)
    expect(attempts).toBe(2)
  })

  it('that is overloaded is not asked again', async () => {
    const { deps, attempts } = failing(Object.assign(new Error('injected'), { overloaded: true }))
    expect((await revoke(deps)).status).toBe(503)
    expect(attempts()).toBe(1)
  })

  it('that is silent is given up, each time that it is asked', { timeout: 20_000 }, async () => {
    const asked: unknown[] = []
    const publish: ControlDeps['publish'] = (changes) => {
      asked.push(changes)
      return never()
    }
    expect((await revoke(makeDeps({ publish }))).status).toBe(503)
    expect(asked).toHaveLength(3)
  })

  it('leaves a row with the class of the error alone, which the very next run publishes', async () => {
    const { deps } = failing(new TypeError('injected: secret of a customer'))
    await revoke(deps)
    expect(await db.select().from(outbox)).toMatchObject([
      { kind: 'key', subject: key.hash, publishedAt: null, attempts: 1, lastError: 'TypeError' },
    ])
    expect(await scheduledRun(0)).toEqual([{ kind: 'key', subject: key.hash }])
    expect(await scheduledRun()).toEqual([])
  })

  it('is asked again by the one who repeats the call', async () => {
    await revoke(failing(new Error('injected')).deps)
    const deps = makeDeps()
    expect((await revoke(deps)).status).toBe(200)
    expect((await copy())?.key?.state).toBe('revoked')
  })
})

describe('a change that breaks off', () => {
  // Nothing after the break ever happens: neither the answer nor what times it out.
  const abandon = async (changed: Partial<ControlDeps>) => {
    void revoke(makeDeps({ sleep: never, ...changed }))
    await scheduler.wait(60)
  }
  const hash = () => [{ kind: 'key', subject: key.hash }]

  it('before its commit leaves nothing at all', async () => {
    await abandon({ databases: databaseThat(never, (method) => method === 'batch') })
    expect(await stateInD1()).toBe('active')
    expect(await eventsOf(key.organization)).toHaveLength(3)
    expect(await scheduledRun()).toEqual([])
  })

  it('in its commit leaves nothing at all, and says so', async () => {
    const broken = databaseThat(fails('injected'), (method) => method === 'batch')
    expect((await revoke(makeDeps({ databases: broken }))).status).toBe(500)
    expect(await stateInD1()).toBe('active')
    expect(await eventsOf(key.organization)).toHaveLength(3)
    expect(await db.$count(outbox)).toBe(0)
  })

  it('before its publish is published by the scheduled run, once, and not while it may be under way', async () => {
    await abandon({ publish: never })
    expect(await stateInD1()).toBe('revoked')
    expect(await eventsOf(key.organization)).toHaveLength(4)
    expect((await copy())?.key?.state).toBe('active')
    expect(await scheduledRun(0)).toEqual([])
    expect(await scheduledRun()).toEqual(hash())
    expect(await scheduledRun()).toEqual([])
  })

  it('before it is read back leaves the old copy under its old stamp', async () => {
    let gone = false
    const before = await copy()
    await abandon({
      databases: databaseThat(never, () => gone),
      publish: async () => {
        gone = true
        return publishedNext()
      },
    })
    expect(await copy()).toEqual(before)
    expect(await scheduledRun()).toEqual(hash())
  })

  it('before KV has it is published once more', async () => {
    const before = await copy()
    await abandon({ kv: wrap(env.KV, { put: never }) })
    expect(await copy()).toEqual(before)
    expect(await scheduledRun()).toEqual(hash())
  })

  it('before its outbox row is marked is published once more', async () => {
    let gone = false
    const put = async (name: string, value: string) => {
      await env.KV.put(name, value)
      gone = true
    }
    await abandon({ databases: databaseThat(never, () => gone), kv: wrap(env.KV, { put }) })
    expect((await copy())?.key?.state).toBe('revoked')
    expect(await scheduledRun()).toEqual(hash())
    expect(await scheduledRun()).toEqual([])
  })
})

describe('what comes after the publish', () => {
  const lostAfterPublish = (instead: () => Promise<never>): Partial<ControlDeps> => {
    let gone = false
    return {
      databases: databaseThat(instead, () => gone),
      publish: async () => {
        gone = true
        return publishedNext()
      },
    }
  }

  it('may fail: the answer stands, and the log says which copy is old', async () => {
    const deps = makeDeps(lostAfterPublish(fails('injected')))
    expect((await revoke(deps)).status).toBe(200)
    await deps.settle()
    expect(deps.logged.map(({ event }) => event)).toEqual(['copy_not_renewed', 'outbox_not_marked'])
  })

  it('may be silent: the answer comes all the same', { timeout: 20_000 }, async () => {
    const deps = makeDeps(lostAfterPublish(never))
    expect((await revoke(deps)).status).toBe(200)
    expect(deps.logged.map(({ event }) => event)).toEqual(['copy_not_renewed'])
  })
})

describe('two changes of one key, published in the other order than they were committed', () => {
  it('leave the newest row in KV, under the newest stamp', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const { promise: committed, resolve: onCommitted } = Promise.withResolvers<void>()
    const slow = makeDeps({
      publish: async () => {
        onCommitted()
        await released
        return publishedNext()
      },
      sleep: never,
    })
    const first = call(path('disable'), { method: 'POST', deps: slow })
    await committed
    const second = await call(path('enable'), { method: 'POST', deps: makeDeps() })
    const asOf = (await copy())?.asOf ?? 0
    release()
    expect([(await first).status, second.status]).toEqual([200, 200])
    expect((await copy())?.key?.state).toBe('active')
    expect((await copy())?.asOf).toBe(asOf + 1)
  })

  it('never stamp a copy later than what it was read behind, however late it arrives in KV', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const { promise: arrived, resolve: onArrived } = Promise.withResolvers<void>()
    const put = async (name: string, value: string) => {
      onArrived()
      await released
      await env.KV.put(name, value)
    }
    const published = publishedNext()
    const slow = makeDeps({
      publish: async () => published,
      kv: wrap(env.KV, { put }),
      sleep: never,
    })
    const first = call(path('disable'), { method: 'POST', deps: slow })
    await arrived
    await call(path('enable'), { method: 'POST', deps: makeDeps() })
    release()
    await first
    // The older value stands in KV now, and the feed condemns it: a later change names it.
    expect(await copy()).toMatchObject({ asOf: published.seq, key: { state: 'disabled' } })
  })
})
