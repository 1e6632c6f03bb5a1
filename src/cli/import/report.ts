// What is said of an import: how many keys, why not the others, what was carried over and what was not. Never a key.
import type { Json, JsonObject } from '../json.ts'
import { clean } from '../table.ts'
import type { Sent } from './sending.ts'
import { REFUSALS } from './item.ts'
import type { Refused, Survey } from './survey.ts'

const SHOWN = 10

/** Lines for people. @param sent null where nothing was to be sent */
export function renderReport(found: Survey, sent: Sent | null): string {
  const refused = refusedOf(found, sent)
  const head =
    sent === null
      ? `${found.read} keys: ${found.importable} importable, ${found.duplicates.length} duplicate, ${refused.length} refused.`
      : `${found.read} keys: ${sent.imported} imported, ${sent.existed} existed, ${found.duplicates.length} duplicate, ${refused.length} refused.`
  const lines = [
    head,
    ...counted('carried over', found.carried),
    ...counted('not carried over', found.dropped),
    ...reasonsOf(refused).map(([code, count]) => `refused: ${count} ${code}`),
    ...shorten(refused.map(({ line, why }) => `  line ${line}: ${clean(why)}`)),
    ...shorten(found.duplicates.map(({ line, of }) => `  line ${line}: the same key as in line ${of}.`)),
  ]
  return lines.join('\n')
}

export function reportJson(found: Survey, sent: Sent | null): JsonObject {
  const refused = refusedOf(found, sent)
  return {
    read: found.read,
    importable: found.importable,
    ...(sent !== null && { imported: sent.imported, existed: sent.existed }),
    duplicates: found.duplicates.length,
    refused: refused.length,
    refused_by_code: Object.fromEntries(reasonsOf(refused)),
    carried: Object.fromEntries(found.carried),
    not_carried: Object.fromEntries(found.dropped),
    refused_lines: refused.slice(0, SHOWN).map(rowOf),
    duplicate_lines: found.duplicates.slice(0, SHOWN).map(({ line, of }) => ({ line, first_line: of })),
  }
}

/** NDJSON of every line that was not imported. */
export function refusedLines(found: Survey, sent: Sent | null): string {
  const duplicates = found.duplicates.map(({ line, of }) => ({
    line,
    code: 'duplicate',
    why: `The same key as in line ${of}.`,
  }))
  const rows = [...refusedOf(found, sent), ...duplicates].toSorted((one, other) => one.line - other.line)
  return rows.map((row) => `${JSON.stringify(rowOf(row))}\n`).join('')
}

export function refusedOf(found: Survey, sent: Sent | null): readonly Refused[] {
  return [...found.refused, ...(sent?.refused ?? [])].toSorted((one, other) => one.line - other.line)
}

function rowOf({ line, code, why }: Refused): Json {
  return { line, code, why }
}

function counted(what: string, counts: ReadonlyMap<string, number>): readonly string[] {
  if (counts.size === 0) return []
  return [`${what}: ${[...counts].map(([name, count]) => `${clean(name)} ${count}`).join(', ')}`]
}

function reasonsOf(refused: readonly Refused[]): readonly (readonly [code: string, count: number])[] {
  const counts = new Map<string, number>()
  for (const { code } of refused) counts.set(code, (counts.get(code) ?? 0) + 1)
  // The tool's own first, in the order of the table.
  const order = Object.keys(REFUSALS)
  return [...counts].toSorted(([one], [other]) => order.indexOf(one) - order.indexOf(other))
}

function shorten(lines: readonly string[]): readonly string[] {
  const more = lines.length - SHOWN
  return more > 0 ? [...lines.slice(0, SHOWN), `  and ${more} more`] : lines
}
