// `?wait=true`: the answer is held until the change is in force, for callers that act on it next.
import { z } from '@hono/zod-openapi'
import type { ControlDeps } from './deps.ts'
import type { Propagation } from './propagation.ts'

/** Below the 30 s after which callers and proxies give up. The answer says `effective_by`, so a longer wait is seen. */
const MAX_WAIT_MS = 25_000

export const waitQuery = z.strictObject({
  wait: z
    .enum(['true', 'false'])
    .optional()
    .openapi({
      description: `\`true\` holds the answer until \`effective_by\`, at most ${MAX_WAIT_MS / 1000} s.`,
    }),
})

export type WaitQuery = z.infer<typeof waitQuery>

export async function waitUntilEffective(
  { now, sleep }: ControlDeps,
  { wait }: WaitQuery,
  { effective_by }: Propagation,
): Promise<void> {
  if (wait !== 'true') return
  const ms = Date.parse(effective_by) - now()
  if (ms > 0) await sleep(Math.min(ms, MAX_WAIT_MS))
}
