// What the gateway tells the origin: who calls, signed; by which address, scheme and host; under which request id.
import type { KeyFacts } from '../model/snapshot.ts'
import { assertConsumer } from './assertion.ts'
import { ANONYMOUS_HEADERS, consumerHeaders, type HeaderLine } from './consumer.ts'
import type { Exchange, Match } from './exchange.ts'

export async function injectedHeaders(
  exchange: Exchange,
  match: Match,
  key: KeyFacts | null,
): Promise<readonly HeaderLine[]> {
  const { target, caller, trace } = exchange
  const lines: HeaderLine[] = [
    ['x-request-id', trace.requestId],
    ['x-forwarded-proto', target.origin.slice(0, target.origin.indexOf(':'))],
    ['x-forwarded-host', target.origin.slice(target.origin.indexOf('://') + 3)],
  ]
  if (caller.address !== null) lines.push(['x-forwarded-for', caller.address])
  if (key !== null) lines.push(...(await identity(exchange, match, key)))
  else if (match.route.auth === 'optional') lines.push(...ANONYMOUS_HEADERS)
  return lines
}

async function identity(
  { target, config, deps }: Exchange,
  { upstream }: Match,
  key: KeyFacts,
): Promise<readonly HeaderLine[]> {
  const plan = key.planId === null ? null : (config.plans.get(key.planId)?.name ?? null)
  const issuer = deps.controlOrigin(target.origin)
  const assertion = await assertConsumer(key, plan, upstream.id, issuer, config.signer, deps.now())
  return [...consumerHeaders(key, plan, assertion.length), ['x-consumer-assertion', assertion]]
}
