// The newest items of a list, and those that come, line by line.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Query } from './api.ts'
import { showList, type Context } from './context.ts'
import { textOf, type Json, type JsonObject } from './json.ts'
import { isRead } from './output.ts'
import { clean, type Column } from './table.ts'
import { print } from './terminal.ts'

export interface Tailed {
  readonly path: string
  readonly query: Query
  readonly columns: readonly Column[]
  /** Said where there is none. */
  readonly nothing: string
  /** How many to begin with. */
  readonly limit: number
  readonly follow: boolean
  /** How far back to look for what came since: items may be listed later than younger ones. */
  readonly lookBack: number
}

const POLL_MS = 2_000

/** Ends with the list, or, followed, when it is interrupted or nobody reads any more. */
export async function tail(context: Context, tailed: Tailed): Promise<void> {
  const { columns, limit, follow, lookBack } = tailed
  const first = await newest(context, tailed, limit)
  showList(context, columns, first, tailed.nothing)
  if (!follow) return
  const seen = new Set((await newest(context, tailed, lookBack)).map(({ id }) => id))
  while (isRead(context.terminal)) {
    await sleep(POLL_MS)
    const fresh = (await newest(context, tailed, lookBack)).filter(({ id }) => !seen.has(id))
    for (const item of fresh) {
      seen.add(item.id)
      showLine(context, columns, item)
    }
  }
}

/** The oldest of them first. */
async function newest(
  context: Context,
  { path, query }: Tailed,
  limit: number,
): Promise<readonly JsonObject[]> {
  const items: JsonObject[] = []
  for await (const item of (await context.api()).list(path, query, limit)) items.unshift(item)
  return items
}

function showLine({ terminal, options }: Context, columns: readonly Column[], item: JsonObject): void {
  const line =
    options.json === true ? JSON.stringify(item) : columns.map(({ of }) => shown(of(item))).join('  ')
  print(terminal, line)
}

function shown(value: Json | undefined): string {
  return clean(typeof value === 'number' ? String(value) : (textOf(value) ?? '-'))
}
