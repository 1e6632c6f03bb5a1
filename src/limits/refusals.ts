// Notes of refused requests, on their way from isolates to D1: a few of each kind, however many there are. Pure.
import type { ProblemCode } from '../problem.ts'

/** A request that was refused. It holds neither its credential nor its query. */
export interface RefusalNote {
  /** `ref_...`, made with the note: what is handed over twice is one note, and notes sort by their time. */
  readonly id: string
  /** The client's own, where it sent one: it may name several requests. */
  readonly requestId: string
  /** Epoch milliseconds. */
  readonly atMs: number
  readonly code: ProblemCode
  readonly status: number
  /** Empty where no key was known. */
  readonly keyId: string
  readonly projectId: string
  readonly tokenId: string | null
  readonly routeId: string | null
  readonly method: string
  readonly host: string
  readonly path: string
  readonly address: string | null
  readonly country: string | null
  readonly webOrigin: string | null
}

export type RefusalKind = Pick<RefusalNote, 'keyId' | 'code'>

export interface NoteBounds {
  readonly all: number
  /** Of one key and code. */
  readonly ofKind: number
}

/** True if one more may be kept: a flood of one kind leaves room for the others. */
export function hasRoom(
  held: readonly RefusalKind[],
  { keyId, code }: RefusalKind,
  bounds: NoteBounds,
): boolean {
  if (held.length >= bounds.all) return false
  return held.filter((note) => note.keyId === keyId && note.code === code).length < bounds.ofKind
}

/** Adds what there is room for, the first ones first. */
export function addNotes(
  held: readonly RefusalNote[],
  added: readonly RefusalNote[],
  bounds: NoteBounds,
): readonly RefusalNote[] {
  return added.reduce((notes, note) => (hasRoom(notes, note, bounds) ? [...notes, note] : notes), held)
}
