// Which headers may carry a key. A route that read its key from `Host` or `X-Forwarded-For` would read what proxies wrote.
import { foldHeaderName, isReservedHeader } from '../policy/reserved-headers.ts'

const RESERVED: ReadonlySet<string> = new Set(['cookie', 'host', 'origin', 'referer', 'via'])

const RESERVED_PREFIXES = ['access-control-', 'cf-', 'content-', 'sec-']

/** True for a header that the protocol and the gateway leave alone. The spelling does not matter: `_` is `-` to an origin. */
export function isCredentialHeader(name: string): boolean {
  if (isReservedHeader(name)) return false
  const folded = foldHeaderName(name)
  return !RESERVED.has(folded) && !RESERVED_PREFIXES.some((prefix) => folded.startsWith(prefix))
}
