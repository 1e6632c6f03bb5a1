// The consumer headers: what an origin is told about the caller. Values are printable ASCII; what is absent is not sent.
import type { KeyFacts } from '../model/snapshot.ts'

export type HeaderLine = readonly [name: string, value: string]

/**
 * All of them and the assertion together. Origins commonly refuse more than 16 KiB of headers in all, the client's own
 * included. Metadata gives way first, then scopes, which the assertion still carries.
 */
const MAX_BYTES = 8 * 1024

interface Named {
  readonly plan: string | null
  readonly assertionBytes: number
  readonly lines: readonly HeaderLine[]
}

// Made once per snapshot of a key, not once per request.
const made = new WeakMap<KeyFacts, Named>()

/**
 * @param plan name of the plan in force
 * @param assertionBytes what the assertion takes of the space
 */
export function consumerHeaders(
  key: KeyFacts,
  plan: string | null,
  assertionBytes: number,
): readonly HeaderLine[] {
  const held = made.get(key)
  if (held !== undefined && held.plan === plan && held.assertionBytes === assertionBytes) return held.lines
  const lines = fit(describe(key, plan), MAX_BYTES - assertionBytes)
  made.set(key, { plan, assertionBytes, lines })
  return lines
}

/** For a request that needed no key: the one thing to say is that nobody is known. */
export const ANONYMOUS_HEADERS: readonly HeaderLine[] = [['x-consumer-anonymous', 'true']]

function describe(key: KeyFacts, plan: string | null): HeaderLine[] {
  const lines: HeaderLine[] = [
    ['x-consumer-id', key.projectId],
    ['x-consumer-name', percentEncode(key.projectName)],
    ['x-consumer-organization', key.organizationId],
    ['x-consumer-key-id', key.id],
    ['x-consumer-environment', key.environment],
  ]
  if (key.token !== undefined)
    lines.push(['x-credential-type', 'child-token'], ['x-credential-id', key.token.id])
  if (key.teamId !== null) lines.push(['x-consumer-team', key.teamId])
  if (plan !== null) lines.push(['x-consumer-plan', percentEncode(plan)])
  if (key.scopes.length > 0) lines.push(['x-consumer-scopes', key.scopes.join(' ')])
  if (Object.keys(key.metadata).length > 0) lines.push(['x-consumer-metadata', asciiJson(key.metadata)])
  return lines
}

// Whole lines only: half a JSON text or half a scope would say something else.
function fit(lines: readonly HeaderLine[], space: number): readonly HeaderLine[] {
  const kept: HeaderLine[] = []
  let bytes = 0
  for (const line of lines) {
    bytes += line[0].length + line[1].length
    if (bytes > space) return kept
    kept.push(line)
  }
  return kept
}

/** Everything but printable ASCII, and `%` itself, as UTF-8 escapes: `decodeURIComponent` gives the text back. */
function percentEncode(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\x20-\x24\x26-\x7e]+/g, encodeURIComponent)
    .trim()
}

/** JSON with `\u` escapes for all that is not ASCII: any JSON parser gives the value back. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
