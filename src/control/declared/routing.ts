// Plans, upstreams and routes of the document: what the gateway is configured by.
import { newId } from '../../ids.ts'
import type { z } from '@hono/zod-openapi'
import type { Refusal } from '../../problem.ts'
import { newPlanRecord, type PlanRecord } from '../../store/plans.ts'
import type { StoredRouting } from '../../store/declared.ts'
import { newRouteRow, type RouteRow } from '../../store/routes.ts'
import { newUpstreamRow, type UpstreamRow } from '../../store/upstreams.ts'
import { planSet } from '../plan-changes.ts'
import { brokenPlanRule } from '../plan-rules.ts'
import { brokenRouteRule } from '../route-changes.ts'
import type { DeclaredConfig, DeclaredRoute } from '../schemas/declared.ts'
import type { NewPlan } from '../schemas/plan.ts'
import { PLAN_DEFAULTS, ROUTE_DEFAULTS, UPSTREAM_DEFAULTS } from '../schemas/replacement.ts'
import { routeConditions } from '../schemas/route.ts'
import type { NewUpstream } from '../schemas/upstream.ts'
import { upstreamSet } from '../upstream-changes.ts'
import { planEntries } from './entries.ts'
import { matchedBy, PLANS, ROUTES, UPSTREAMS } from './kinds.ts'
import type { Planning } from './planning.ts'
import { referTo, type Referable } from './references.ts'

/** @returns what will be there, by name */
export function planRouting(
  planning: Planning,
  document: DeclaredConfig,
  stored: StoredRouting,
): { readonly plans: readonly PlanRecord[] } {
  const plans = planPlans(planning, document.plans, stored.plans)
  const upstreams = planUpstreams(planning, document.upstreams, stored.upstreams)
  const routes = planRoutes(planning, document.routes, stored.routes, upstreams)
  refuseStranded(planning, routes, upstreams)
  return { plans }
}

function planPlans(
  planning: Planning,
  entries: readonly z.infer<typeof NewPlan>[] | undefined,
  stored: readonly PlanRecord[],
): readonly PlanRecord[] {
  for (const { id, name } of stored) planning.names.set(id, name)
  const { all } = planEntries<PlanRecord, z.infer<typeof NewPlan>>(planning, {
    ...platformList(planning),
    ...NAMED,
    kind: PLANS,
    pointer: '/config/plans',
    entries,
    stored,
    make: (entry) => {
      const id = newId('plan')
      const { limits = [], quotas = [], ...set } = setOfPlan(id, entry)
      planning.names.set(id, entry.name)
      return newPlanRecord({ ...made(planning), ...set, id, name: entry.name }, limits, quotas)
    },
    set: (entry, { id }) => setOfPlan(id, entry),
    judge: ({ id }, set, _, entry) => judgePlan(id, set, entry),
  })
  return all
}

// In the order of the document, into which a refusal points.
function judgePlan(id: string, set: Partial<PlanRecord>, entry: z.infer<typeof NewPlan>): Refusal | null {
  const { limits = [], quotas = [] } = planSet(id, entry)
  const given = { ...(set.limits && { limits }), ...(set.quotas && { quotas }) }
  return brokenPlanRule({ limits, quotas }, given)
}

// Limits as they are read back: a plan in which they stand in another order is the same plan.
function setOfPlan(id: string, entry: z.infer<typeof NewPlan>): Partial<PlanRecord> {
  const set = planSet(id, { ...PLAN_DEFAULTS, ...entry })
  const { limits, quotas } = set
  return {
    ...set,
    ...(limits && { limits: limits.toSorted(byName) }),
    ...(quotas && { quotas: quotas.toSorted(byName) }),
  }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1
}

function planUpstreams(
  planning: Planning,
  entries: readonly z.infer<typeof NewUpstream>[] | undefined,
  stored: readonly UpstreamRow[],
): readonly UpstreamRow[] {
  for (const { id, name } of stored) planning.names.set(id, name)
  const { all } = planEntries<UpstreamRow, z.infer<typeof NewUpstream>>(planning, {
    ...platformList(planning),
    ...NAMED,
    kind: UPSTREAMS,
    pointer: '/config/upstreams',
    entries,
    stored,
    make: (entry) => {
      const id = newId('upstream')
      planning.names.set(id, entry.name)
      return newUpstreamRow({ ...made(planning), ...setOfUpstream(entry), id, name: entry.name })
    },
    set: setOfUpstream,
    judge: () => null,
  })
  return all
}

function setOfUpstream(entry: z.infer<typeof NewUpstream>) {
  return upstreamSet({ ...UPSTREAM_DEFAULTS, ...entry })
}

function planRoutes(
  planning: Planning,
  entries: readonly DeclaredRoute[] | undefined,
  stored: readonly RouteRow[],
  upstreams: readonly Referable[],
): readonly RouteRow[] {
  const setOf = ({ upstream, name, ...entry }: DeclaredRoute, pointer: string) => {
    const reference = { pointer: `${pointer}/upstream`, noun: 'upstream', list: 'upstreams' }
    const upstreamId = referTo(planning, upstreams, upstream, reference)
    // A name is what it is known by: to leave it out says nothing of it.
    const conditions = routeConditions({ ...ROUTE_DEFAULTS, ...entry, name: name ?? undefined })
    return upstreamId === null ? null : { ...conditions, path: entry.path, upstreamId }
  }
  const { all } = planEntries<RouteRow, DeclaredRoute>(planning, {
    ...platformList(planning),
    kind: ROUTES,
    pointer: '/config/routes',
    entries,
    stored,
    identify: ({ name, path, methods = [], hosts = [], environment = null }) => ({
      name: matchedBy({ methods, hosts, path, environment }),
      externalId: name ?? null,
    }),
    labelOf: (row) => row.name ?? matchedBy(row),
    make: (entry, pointer) => {
      const set = setOf(entry, pointer)
      return set === null ? null : newRouteRow({ ...made(planning), ...set, id: newId('route') })
    },
    set: (entry, _, pointer) => setOf(entry, pointer),
    judge: (route) => brokenRouteRule(route),
  })
  return all
}

// Routes that the document leaves alone may lead to an upstream that it ends.
function refuseStranded(
  planning: Planning,
  routes: readonly RouteRow[],
  upstreams: readonly UpstreamRow[],
): void {
  const standing = new Set(upstreams.map(({ id }) => id))
  for (const route of routes)
    if (!standing.has(route.upstreamId) && planning.names.has(route.upstreamId))
      planning.problems.push({
        pointer: '/config/upstreams',
        detail: `The upstream ${planning.names.get(route.upstreamId)} would end, and the route ${route.name ?? matchedBy(route)} leads to it.`,
      })
}

/** What is known by its name alone. */
const NAMED = {
  identify: ({ name }: { readonly name: string }) => ({ name, externalId: null }),
  labelOf: ({ name }: { readonly name: string }) => name,
}

/** What the three have in common: they are nobody's, and are deleted. */
function platformList({ at }: Planning) {
  const retirement = { done: 'deleted', set: { state: 'deleted', deletedAt: at } } as const
  return { prefix: '', teamOf: () => null, retire: () => retirement }
}

function made({ at }: Planning) {
  return { createdAt: at, updatedAt: at }
}
