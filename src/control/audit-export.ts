// Streams audit events: one page in memory at a time, and the next one is read when the client has taken it. A client that
// goes away ends the reading. Storage that fails in the middle breaks the answer off, so that half of it never looks whole.
import { listAuditEvents, type AuditFilter } from '../store/audit-list.ts'
import type { Reach } from '../store/reach.ts'
import type { LineFormat } from './audit-formats.ts'
import type { ControlDeps } from './deps.ts'
import { logFailure } from './failure.ts'
import { showEvent } from './schemas/audit-event.ts'

/** Of about one kilobyte each. A Worker may ask D1 a thousand times for one request. */
const PAGE_ROWS = 1_000

export function exportEvents(
  deps: ControlDeps,
  reach: Reach,
  filter: AuditFilter,
  { heading, line }: LineFormat,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let after: string | null = null
  let text = heading
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { items, next } = await readPage(deps, reach, filter, after)
      text += items.map((row) => line(showEvent(row))).join('')
      if (text !== '') controller.enqueue(encoder.encode(text))
      text = ''
      after = next
      if (next === null) controller.close()
    },
  })
}

async function readPage(deps: ControlDeps, reach: Reach, filter: AuditFilter, after: string | null) {
  try {
    return await listAuditEvents(deps.databases, reach, filter, { after, limit: PAGE_ROWS })
  } catch (error) {
    logFailure(deps, 'export_broken_off', error)
    throw error
  }
}
