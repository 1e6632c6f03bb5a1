// Which fields cross the gateway: nothing that `Connection` nominates, no hop-by-hop field, nothing of our own namespace in
// any spelling, and no value that holds the key. Only when all of it is gone is anything injected (upstream.ts).
import { isHeaderName, isReservedHeader } from '../policy/reserved-headers.ts'

// Folding costs more than a map look-up, and clients send the same few names again and again.
const verdicts = new Map<string, boolean>()
const MAX_VERDICTS = 2_000
// The names are the client's: without a bound on their length, the map would hold 60 KB for each.
const MAX_REMEMBERED_LENGTH = 64

function mustNotCross(name: string): boolean {
  const known = verdicts.get(name)
  if (known !== undefined) return known
  const verdict = isReservedHeader(name)
  if (name.length > MAX_REMEMBERED_LENGTH) return verdict
  if (verdicts.size >= MAX_VERDICTS) verdicts.clear()
  verdicts.set(name, verdict)
  return verdict
}

/**
 * Removes what a client, or an origin, may not say to the other side.
 * @param secret a text that no remaining value may hold; null where there is none
 */
export function cleanHeaders(headers: Headers, secret: string | null): void {
  const doomed: string[] = []
  for (const [name, value] of headers) {
    if (mustNotCross(name) || (secret !== null && value.includes(secret))) doomed.push(name)
    if (name === 'connection') doomed.push(...nominations(value))
  }
  for (const name of doomed) headers.delete(name)
}

// A Connection option that is no field name nominates nothing; `close` and `keep-alive` are options.
function nominations(value: string): readonly string[] {
  return value
    .split(',')
    .map((name) => name.trim())
    .filter(isHeaderName)
}
