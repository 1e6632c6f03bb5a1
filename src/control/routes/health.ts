// Probes. `healthz`: the Worker runs. `readyz`: it can do its work, or what must be done so that it can.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { notMigrated, refuse, type ProblemCode, type Refusal } from '../../problem.ts'
import { isMissingSchema } from '../../store/failure.ts'
import { probeKv, probeShards } from '../../store/readiness.ts'
import { readConfigSnapshot } from '../../store/snapshots.ts'
import type { ControlDeps, ControlEnv } from '../deps.ts'
import { logFailure } from '../failure.ts'
import { answer, problemResponses } from '../operation.ts'
import { refused } from '../refused.ts'

const PROBLEMS_OF_READINESS: readonly ProblemCode[] = ['not_configured']

const healthz = createRoute({
  method: 'get',
  path: '/_latchkey/healthz',
  summary: 'The Worker runs',
  security: [],
  responses: { 200: answer('It runs', z.object({ status: z.literal('ok') })) },
})

const readyz = createRoute({
  method: 'get',
  path: '/_latchkey/readyz',
  summary: 'Database, settings, feed and KV answer',
  security: [],
  responses: {
    200: answer('Ready', z.object({ status: z.literal('ready') })),
    ...problemResponses(PROBLEMS_OF_READINESS),
  },
})

export function mountHealth(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(healthz, (c) => c.json({ status: 'ok' as const }, 200))

  app.openapi(readyz, async (c) => {
    const missing = await findMissing(c.env)
    return missing === null ? c.json({ status: 'ready' as const }, 200) : refused(c, missing)
  })
}

interface Check {
  readonly run: () => Promise<unknown>
  readonly failed: string
}

// In the order of what must be repaired first. A failure is named in general words: the probe needs no credential.
async function findMissing(deps: ControlDeps): Promise<Refusal | null> {
  const { databases, kv, config, random, now } = deps
  const checks: readonly Check[] = [
    { run: () => probeShards(databases), failed: 'The database (binding DB) does not answer.' },
    {
      run: () => readConfigSnapshot(databases, { epoch: 0, asOf: 0, now: now() }, config.secret, random),
      failed: 'The settings in the database cannot be read.',
    },
    {
      run: () => requireFeed(deps),
      failed: 'The invalidation feed (binding HUB) does not answer.',
    },
    { run: () => probeKv(kv), failed: 'The KV namespace (binding KV) does not answer.' },
  ]
  for (const { run, failed } of checks) {
    try {
      await run()
    } catch (error) {
      if (isMissingSchema(error)) return notMigrated()
      logFailure(deps, 'not_ready', error)
      return refuse('not_configured', { detail: failed })
    }
  }
  return null
}

// By what the isolate knows anyway: the probe needs no credential, and must not be a way to keep the hub busy.
async function requireFeed({ isFeedKnown }: ControlDeps): Promise<void> {
  if (!(await isFeedKnown())) throw new Error('neither relay nor hub answers')
}
