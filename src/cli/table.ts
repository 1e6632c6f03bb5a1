// Tables and records for people. Plain text: what a terminal cannot show in one line is cut, never wrapped.
import { stripVTControlCharacters } from 'node:util'
import { isJsonObject, isList, type Json, type JsonObject } from './json.ts'

export interface Column {
  readonly title: string
  readonly of: (row: JsonObject) => Json | undefined
}

/** Of these members. */
export function columnsOf(names: readonly string[]): readonly Column[] {
  return names.map((name) => ({ title: name.replaceAll('_', ' '), of: (row) => row[name] }))
}

const GAP = '  '

/** @param width of the terminal in columns; Infinity for a file */
export function renderTable(columns: readonly Column[], rows: readonly JsonObject[], width: number): string {
  const cells = rows.map((row) => columns.map(({ of }) => showCell(of(row))))
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...cells.map((line) => line[i]?.length ?? 0)),
  )
  const lines = [columns.map(({ title }) => title.toUpperCase()), ...cells]
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join(GAP)
        .trimEnd(),
    )
    .map((line) => (line.length > width ? `${line.slice(0, Math.max(width - 1, 1))}…` : line))
    .join('\n')
}

/** `name: value` for each member, one below the other. */
export function renderRecord(record: JsonObject): string {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined)
  const width = Math.max(0, ...entries.map(([name]) => name.length))
  return entries.map(([name, value]) => `${name.padEnd(width)}${GAP}${showCell(value)}`).join('\n')
}

/** In one line, without anything that moves a terminal's cursor: names come from customers. */
export function showCell(value: Json | undefined): string {
  if (value === null || value === undefined) return '-'
  if (typeof value === 'string') return clean(value)
  if (isList(value)) return value.length === 0 ? '-' : value.map(showEntry).join(' ')
  if (typeof value === 'object') return Object.keys(value).length === 0 ? '-' : clean(JSON.stringify(value))
  return String(value)
}

// Of limits, rules and the like, the name says which.
function showEntry(value: Json): string {
  return showCell(isJsonObject(value) && typeof value.name === 'string' ? value.name : value)
}

export function clean(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
}
