// Audit events as lines of an export: NDJSON, which is what was hashed, and CSV, which is for spreadsheets. Pure.
import type { ShownEvent } from './schemas/audit-event.ts'

export const EXPORT_FORMATS = ['ndjson', 'csv'] as const

export type ExportFormat = (typeof EXPORT_FORMATS)[number]

export interface LineFormat {
  readonly mediaType: string
  /** Before the first event. */
  readonly heading: string
  readonly line: (event: ShownEvent) => string
}

const COLUMNS: Readonly<Record<string, (event: ShownEvent) => unknown>> = {
  id: ({ id }) => id,
  organization_id: (event) => event.organization_id,
  seq: ({ seq }) => seq,
  time: ({ time }) => time,
  action: ({ action }) => action,
  outcome: ({ outcome }) => outcome,
  actor_id: ({ actor }) => actor.id,
  actor: ({ actor }) => actor,
  team_id: (event) => event.team_id,
  target_id: ({ targets }) => targets[0]?.id,
  targets: ({ targets }) => targets,
  changes: ({ changes }) => changes,
  context: ({ context }) => context,
  correlation_id: (event) => event.correlation_id,
  prev_hash: (event) => event.prev_hash,
  hash: ({ hash }) => hash,
}

export const LINE_FORMATS: Readonly<Record<ExportFormat, LineFormat>> = {
  ndjson: {
    mediaType: 'application/x-ndjson',
    heading: '',
    line: (event) => `${JSON.stringify(event)}\n`,
  },
  csv: {
    mediaType: 'text/csv; charset=utf-8; header=present',
    heading: csvLine(Object.keys(COLUMNS)),
    line: (event) => csvLine(Object.values(COLUMNS).map((column) => column(event))),
  },
}

// RFC 4180, section 2: lines end with CRLF.
function csvLine(values: readonly unknown[]): string {
  return `${values.map(csvField).join(',')}\r\n`
}

/**
 * A field in quotes, harmless to a spreadsheet: text that begins like a formula would run when the file is opened, with what a
 * customer wrote into a name or sent as its user agent.
 */
export function csvField(value: unknown): string {
  const text = textOf(value)
  const harmless = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text
  return `"${harmless.replaceAll('"', '""')}"`
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
