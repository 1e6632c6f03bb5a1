// Verifiers that did not answer in time are left alone for a moment. Whoever waits for the same key, or invents others, would be kept
// waiting by each of them again, and a system that is too busy would be asked no less.
import { errorName } from '../error-name.ts'
import { ofIsolate } from './of-isolate.ts'

/** As long as a client is told to wait (src/gateway/first-use.ts). */
const REST_MS = 2_000

/** By URL: until when a verifier is not asked, epoch milliseconds. As many as are declared, and each for moments. */
export type Rests = Map<string, number>

export const restsOf = ofIsolate((): Rests => new Map())

/** Asks what may take too long. @throws what `ask` does, and while it rests */
export async function unlessResting<T>(
  rests: Rests,
  url: string,
  now: () => number,
  ask: () => Promise<T>,
): Promise<T> {
  if (now() < (rests.get(url) ?? 0)) throw new Error('the verifier hung of late')
  rests.delete(url)
  try {
    return await ask()
  } catch (error) {
    if (errorName(error) === 'TimeoutError') rests.set(url, now() + REST_MS)
    throw error
  }
}
