// What becomes known of a request that was not made, step by step, in words.
import type { Step } from '../model/explanation.ts'
import type { RouteFacts } from '../model/snapshot.ts'
import type { Refusal } from '../problem.ts'
import { err, type Result } from '../result.ts'
import { newBasis } from './basis.ts'
import { allowedOrigin } from './cors.ts'
import type { Credential } from './credential.ts'
import type { GatewayDeps } from './deps.ts'
import type { Exchange } from './exchange.ts'
import { describeLocation } from './explain-remedies.ts'
import type { Trace } from './record.ts'

/** What has become known. A step fills in its part. */
export interface Story {
  readonly steps: Step[]
  readonly trace: Trace
  exchange: Exchange | null
  /** What would be called. */
  originUrl: string | null
}

export function beginStory(deps: GatewayDeps): Story {
  return { steps: [], trace: newTrace(deps), exchange: null, originUrl: null }
}

function newTrace(deps: GatewayDeps): Trace {
  return {
    requestId: '',
    startedAtMs: deps.now(),
    address: null,
    target: null,
    basis: newBasis(deps.memory.sync),
    legacyFormats: [],
    route: null,
    key: null,
    draws: [],
    originMs: null,
  }
}

export function refused(step: Step['step'], refusal: Refusal, { steps }: Story): Result<never, Refusal> {
  steps.push({ step, code: refusal.code, detail: refusal.detail ?? null })
  return err(refusal)
}

export function passed(step: Step['step'], detail: string, { steps }: Story): void {
  steps.push({ step, code: null, detail })
}

export function describeRoute({ id, hosts, path, methods, auth }: RouteFacts): string {
  const where = `${methods.length === 0 ? 'any method' : methods.join(', ')} ${hosts.join(', ')}${path}`
  return `${id}: ${where}; a key is ${auth === 'none' ? 'not asked for' : auth}.`
}

export function describeCredential(credential: Credential | null, route: RouteFacts): string {
  if (route.auth === 'none') return 'The route asks for no key.'
  if (credential === null) return 'No key, and the route lets that pass.'
  return `Found as ${credential.foundIn.map(describeLocation).join(', ')}.`
}

// A preflight is never refused by the gateway, and it is the browser that tells the page so.
export function describePreflight({ cors }: RouteFacts, webOrigin: string | null): string {
  if (cors === null)
    return 'Answered without permission, so that a browser refuses: the route has no CORS policy.'
  return allowedOrigin(cors, webOrigin) === null
    ? `Answered without permission, so that a browser refuses: the CORS policy of the route does not name ${webOrigin ?? ''}.`
    : 'Answered from the CORS policy of the route: no key, no cost, no call of the origin.'
}
