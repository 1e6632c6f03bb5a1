// Who is logged in, and what the role allows. What is shown follows it; what is allowed the API decides.
import { useSuspenseQuery, type QueryClient } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { bodyOf, v1 } from '../api/client.ts'
import { BRAND } from './brand.tsx'

export type Me = InferResponseType<typeof v1.me.$get, 200>
export type Permission = Me['permissions'][number]

export const ME = {
  queryKey: ['me'],
  queryFn: () => bodyOf(v1.me.$get()),
  staleTime: 60_000,
}

/** Inside the session gate only: there is somebody. */
export function useMe(): Me {
  return useSuspenseQuery(ME).data
}

/** Whether the role holds a permission. */
export function useCan(): (permission: Permission) => boolean {
  const { permissions } = useMe()
  return (permission) => permissions.includes(permission)
}

/** Operators reach every organization; members their own. */
export function isOperator(me: Me): boolean {
  return me.organization === null
}

/** After the session began or ended nothing that was read under the other one may be shown. */
export async function forgetSession(queries: QueryClient): Promise<void> {
  await queries.invalidateQueries({ queryKey: BRAND.queryKey })
  await queries.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== BRAND.queryKey[0] })
}
