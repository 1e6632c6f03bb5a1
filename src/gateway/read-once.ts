// Requests of one isolate that need the same copy at once read it once. They share no promise, because a request may not
// await what another one began: whoever comes later looks at memory until the first one's read is in it.
import type { Refusal } from '../problem.ts'
import { ok, type Result } from '../result.ts'
import type { GatewayDeps } from './deps.ts'

const POLL_MS = 5
/** A read that began longer ago has ended, whatever became of its request: all its timeouts are over (copies.ts). */
const READ_ENDS_AFTER_MS = 7_000

/** @param find what is in memory and may be used by this request */
export async function readOnce<T>(
  name: string,
  find: () => T | null,
  read: () => Promise<Result<T, Refusal>>,
  deps: GatewayDeps,
): Promise<Result<T, Refusal>> {
  const { reading } = deps.memory
  while (deps.now() - (reading.get(name) ?? -Infinity) < READ_ENDS_AFTER_MS) {
    await deps.sleep(POLL_MS)
    const found = find()
    if (found !== null) return ok(found)
  }
  const begunAt = deps.now()
  reading.set(name, begunAt)
  const result = read().finally(() => {
    if (reading.get(name) === begunAt) reading.delete(name)
  })
  // So that a client that goes away does not leave the others waiting.
  deps.waitUntil(result.catch(() => undefined))
  return result
}
