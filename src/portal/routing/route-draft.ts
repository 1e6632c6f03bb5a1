// A route as a form holds it: lists as texts, until they are sent. Pure.
import type { InferRequestType, InferResponseType } from 'hono/client'
import type { v1 } from '../api/client.ts'
import { linesOf, listOf } from '../key-form/texts.ts'

/** The body that makes a route, and that changes one. What the form does not show is not in it, and stays as it is. */
export type RouteDraft = InferRequestType<typeof v1.routes.$post>['json']
export type Route = InferResponseType<(typeof v1.routes)[':id']['$get'], 200>

export interface RouteTexts extends Pick<Route, 'auth' | 'path_mode' | 'environment' | 'strict'> {
  readonly name: string
  readonly upstreamId: string
  readonly path: string
  readonly hosts: string
  readonly methods: string
  readonly scopes: string
  readonly cost: string
  readonly timeoutMs: string
  readonly stripPrefix: string
  readonly addPrefix: string
  readonly corsOrigins: string
  readonly limits: string
  readonly priority: string
}

export const NEW_ROUTE: RouteTexts = {
  name: '',
  upstreamId: '',
  path: '/*',
  hosts: '',
  methods: '',
  auth: 'required',
  scopes: '',
  cost: '1',
  strict: false,
  path_mode: 'strict',
  environment: null,
  timeoutMs: '',
  stripPrefix: '',
  addPrefix: '',
  corsOrigins: '',
  limits: '',
  priority: '0',
}

export function textsOf(route: Route): RouteTexts {
  const { auth, path_mode, environment, strict, path } = route
  return {
    auth,
    path_mode,
    environment,
    strict,
    path,
    name: route.name ?? '',
    upstreamId: route.upstream_id,
    hosts: linesOf(route.hosts),
    methods: route.methods.join(', '),
    scopes: linesOf(route.scopes),
    cost: String(route.cost),
    timeoutMs: route.timeout_ms === null ? '' : String(route.timeout_ms),
    stripPrefix: route.rewrite?.strip_prefix ?? '',
    addPrefix: route.rewrite?.add_prefix ?? '',
    corsOrigins: linesOf(route.cors?.origins),
    limits: linesOf(route.limits ?? []),
    priority: String(route.priority),
  }
}

/** @param before the route that is changed: of its rule for other origins all that the form does not show stays */
export function draftOf(texts: RouteTexts, before?: Route): RouteDraft {
  const { auth, path_mode, environment, strict, stripPrefix, addPrefix } = texts
  const origins = [...listOf(texts.corsOrigins)]
  const limits = [...listOf(texts.limits)]
  return {
    auth,
    path_mode,
    environment,
    strict,
    name: texts.name.trim() === '' ? null : texts.name.trim(),
    upstream_id: texts.upstreamId,
    path: texts.path.trim(),
    hosts: [...listOf(texts.hosts)],
    methods: listOf(texts.methods).map((method) => method.toUpperCase()),
    scopes: [...listOf(texts.scopes)],
    cost: Number(texts.cost),
    timeout_ms: texts.timeoutMs === '' ? null : Number(texts.timeoutMs),
    rewrite:
      stripPrefix === '' && addPrefix === ''
        ? null
        : {
            ...(stripPrefix === '' ? {} : { strip_prefix: stripPrefix }),
            ...(addPrefix === '' ? {} : { add_prefix: addPrefix }),
          },
    cors: origins.length === 0 ? null : { ...before?.cors, origins },
    limits: limits.length === 0 ? unnamed(before) : limits,
    priority: Number(texts.priority),
  }
}

// A route that is bound by none at all, which only the API makes, stays so.
function unnamed(before: Route | undefined): [] | null {
  return before?.limits?.length === 0 ? [] : null
}
