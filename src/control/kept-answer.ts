// An answer as it is kept for whoever repeats a write: sealed, because the answer to a creation holds a secret.
import { deriveKey } from '../keys/derived-key.ts'
import type { RandomBytes } from '../keys/mint.ts'
import { open } from '../keys/open.ts'
import { seal } from '../keys/seal.ts'
import type { KeyedRequest } from '../store/idempotency.ts'

/** What of an answer belongs to the change, and not to the transport or to the one request. */
const KEPT_HEADERS = ['content-type', 'cache-control', 'etag', 'location', 'retry-after']

export const REPLAYED_HEADER = 'idempotency-replayed'

interface KeptAnswer {
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

type Place = Pick<KeyedRequest, 'principal' | 'key' | 'requestHash'>

/** @param body of the answer, which was read already */
export async function sealAnswer(
  secret: string,
  place: Place,
  headers: Headers,
  body: string,
  random: RandomBytes,
): Promise<string> {
  const kept = KEPT_HEADERS.flatMap((name) => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  const answer: KeptAnswer = { headers: kept, body }
  return seal(await keptKey(secret), JSON.stringify(answer), placeOf(place), random)
}

/** The kept answer, marked as one; null when it does not open: its row was altered, or copied from elsewhere. */
export async function openAnswer(
  secret: string,
  place: Place,
  status: number,
  sealed: string,
): Promise<Response | null> {
  const opened = await open(await keptKey(secret), sealed, placeOf(place))
  if (opened === null) return null
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- authenticated: it is what `sealAnswer` made
  const { headers, body } = JSON.parse(new TextDecoder().decode(opened)) as KeptAnswer
  return new Response(body, {
    status,
    headers: [...headers.map(([name, value]): [string, string] => [name, value]), [REPLAYED_HEADER, 'true']],
  })
}

function keptKey(secret: string): Promise<CryptoKey> {
  return deriveKey(secret, 'idempotency')
}

// A row that is copied under another principal or key does not open there.
function placeOf({ principal, key, requestHash }: Place): string {
  return JSON.stringify(['idempotency', principal, key, requestHash])
}
