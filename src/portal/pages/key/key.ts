// One key, as the API shows it, and how it is asked for.
import { useQuery } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { bodyOf, v1 } from '../../api/client.ts'

export type Key = InferResponseType<(typeof v1.keys)[':id']['$get'], 200>

/** When a change is in force everywhere. */
export interface Propagation {
  readonly effective_by: string
  readonly worst_case_by: string
  readonly relays_acknowledged: number
  readonly relays_total: number
}

export function useKey(id: string) {
  return useQuery({
    queryKey: ['keys', 'one', id],
    queryFn: () => bodyOf(v1.keys[':id'].$get({ param: { id } })),
    enabled: id !== '',
  })
}

/** Nothing can be changed of it any more. */
export function isOver({ state, deleted_at: deletedAt }: Key): boolean {
  return deletedAt !== null || state === 'revoked'
}

/** Both keys of its rotation pass. */
export function isRotating({ rotated_to_id: to, rotation_grace_ends_at: ends, state }: Key): boolean {
  return to !== null && ends !== null && state === 'active'
}
