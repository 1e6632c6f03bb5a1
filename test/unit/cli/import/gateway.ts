// A gateway on a real socket that knows `POST /keys/import` and nothing else: what it was sent, what it has, and when it fails.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  home,
  latchkey,
  serve,
  type Answered,
  type FakeApi,
  type Ran,
  type Seen,
  type Situation,
} from '../tool.ts'

export const PROJECT = 'prj_01jd8m0c9q3k1y6v0n2x4p5r7t'

export interface SentItem {
  readonly hash: Readonly<Record<string, string | number>>
  readonly project_id: string
  readonly name: string
  readonly start: string
  readonly last4: string
  readonly disabled: boolean
  readonly [name: string]: unknown
}

export interface Gateway extends FakeApi {
  /** By project and digest. */
  readonly keys: Map<string, SentItem>
}

export interface Behaviour {
  /** Answers in place of the gateway. */
  readonly answer?: (seen: Seen, count: number) => Answered | null
  /** Of an item, why it is refused. */
  readonly refuse?: (item: SentItem) => object | null
}

export async function importGateway({ answer, refuse }: Behaviour = {}): Promise<Gateway> {
  const keys = new Map<string, SentItem>()
  const take = (item: SentItem, index: number) => {
    const problem = refuse?.(item) ?? null
    if (problem !== null) return { index, status: 'refused', problem }
    const id = `${item.project_id} ${item.hash.digest}`
    const status = keys.has(id) ? 'exists' : 'imported'
    keys.set(id, item)
    return { index, status, id: 'key_01jd8m0c9q3k1y6v0n2x4p5r7t' }
  }
  const api = await serve((seen, count) => {
    const instead = answer?.(seen, count) ?? null
    if (instead !== null) return instead
    const { items } = JSON.parse(seen.body) as { items: SentItem[] }
    return { body: { results: items.map(take), propagation: null } }
  })
  return { ...api, keys }
}

export const itemsOf = ({ body }: Seen) => (JSON.parse(body) as { items: SentItem[] }).items

/** @returns its path, in a folder of its own */
export function fileOf(text: string | Uint8Array, name = 'keys.txt'): string {
  const path = join(home(), name)
  writeFileSync(path, text)
  return path
}

export const importing = (
  file: string,
  options: readonly string[],
  situation: Situation = {},
): Promise<Ran> => latchkey(['import', file, '--project', PROJECT, ...options], situation)
