// /_latchkey/v1/feed: the invalidation feed as operators see it, and the switch that condemns every copy there is.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { ChangeName } from '../../feed/change.ts'
import { ok } from '../../result.ts'
import { PLATFORM_CHAIN } from '../../store/audit-chain.ts'
import { unpublishedOf } from '../../store/outbox.ts'
import { withTimeout } from '../../timeout.ts'
import { change } from '../change.ts'
import { answerChanged } from '../change-answer.ts'
import type { ControlDeps, ControlEnv } from '../deps.ts'
import { logFailure } from '../failure.ts'
import { answer, changeProblems, readProblems } from '../operation.ts'
import { needs } from '../needs.ts'
import { Propagation } from '../propagation.ts'
import { Feed, viewHub } from '../schemas/feed.ts'
import { waitQuery } from '../wait.ts'

const PATH = '/_latchkey/v1/feed'

/** The report is wanted most when the hub is down: its silence is part of the answer. */
const HUB_TIMEOUT_MS = 3_000

const EVERYTHING: ChangeName = { kind: 'all', subject: 'all' }

const get = createRoute({
  method: 'get',
  path: PATH,
  summary: 'The state of the invalidation feed',
  ...needs('settings:read'),
  responses: { 200: answer('Its state', Feed), ...readProblems() },
})

const invalidate = createRoute({
  method: 'post',
  path: `${PATH}/invalidate`,
  summary: 'Condemn every copy: after the database was restored to an earlier state',
  ...needs('settings:write'),
  request: { query: waitQuery },
  responses: {
    200: answer('Condemned', z.object({ propagation: Propagation }).openapi('Invalidation')),
    ...changeProblems('conflict'),
  },
})

export type FeedEndpoints = typeof get | typeof invalidate

export function mountFeed(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(get, async (c) => {
    const [hub, { count, oldestAt }] = await Promise.all([findHub(c.env), unpublishedOf(c.env.databases)])
    const oldestAge = oldestAt === null ? null : c.env.now() - oldestAt
    return c.json({ hub, outbox: { unpublished: count, oldest_age_ms: oldestAge } }, 200)
  })

  app.openapi(invalidate, async (c) => {
    const target = { type: 'feed', id: 'feed' }
    const account = { action: 'feed.invalidated', target, teamId: null, changes: {} }
    const changed = await change(c.env, c.var.principal, {
      chain: PLATFORM_CHAIN,
      draft: async () => ok({ result: {}, statements: () => [], account, publish: EVERYTHING }),
      unique: [],
      show: (nothing) => nothing,
    })
    return answerChanged(c, changed, (nothing) => nothing)
  })
}

async function findHub(deps: ControlDeps) {
  try {
    return viewHub(await withTimeout(deps.readFeed(), HUB_TIMEOUT_MS))
  } catch (error) {
    logFailure(deps, 'hub_not_answering', error)
    return null
  }
}
