// One event of the audit trail: what was so before, and what after.
import type { InferResponseType } from 'hono/client'
import type { v1 } from '../api/client.ts'
import { Facts } from '../ui/facts.tsx'
import { Modal } from '../ui/modal.tsx'
import { exact } from '../ui/when.tsx'

export type AuditEvent = InferResponseType<(typeof v1)['audit-events'][':id']['$get'], 200>

interface AuditEventDialogProps {
  /** Null: none is shown. */
  readonly event: AuditEvent | null
  readonly close: () => void
}

export function AuditEventDialog({ event, close }: AuditEventDialogProps) {
  return (
    <Modal title={event?.action ?? ''} isOpen={event !== null} close={close} size="xl">
      {event !== null && (
        <div className="flex flex-col gap-5">
          <Facts
            facts={[
              ['Time', exact(event.time)],
              ['By', `${event.actor.type.replaceAll('_', ' ')} ${event.actor.id}`],
              ['Outcome', event.outcome],
              ['Of', event.targets.map(({ type, id }) => `${type} ${id}`).join(', ')],
              ['From address', event.context.address ?? 'Unknown'],
              ['Browser or program', event.context.user_agent ?? 'Unknown'],
              ['Request', <code key="request">{event.context.request_id}</code>],
              ['Position', event.seq],
              [
                'Hash',
                <code key="hash" className="break-all">
                  {event.hash}
                </code>,
              ],
            ]}
          />
          <Changes changes={event.changes} />
        </div>
      )}
    </Modal>
  )
}

function Changes({ changes }: Pick<AuditEvent, 'changes'>) {
  const rows = Object.entries(changes)
  if (rows.length === 0) return <p className="text-kumo-subtle">It changed no field.</p>
  return (
    <div className="overflow-x-auto" role="region" aria-label="Changes" tabIndex={0}>
      <table className="w-full text-left text-sm">
        <thead>
          <tr>
            {['Field', 'Before', 'After'].map((title) => (
              <th key={title} scope="col" className="p-2 font-medium">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, { from, to }]) => (
            <tr key={name} className="border-t border-kumo-line align-top">
              <th scope="row" className="p-2 font-normal">
                <code>{name}</code>
              </th>
              {[from, to].map((value, index) => (
                <td key={index === 0 ? 'from' : 'to'} className="max-w-72 p-2 break-words" dir="auto">
                  <code>{textOf(value)}</code>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
