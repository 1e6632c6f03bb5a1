// What is chosen from in forms and shown by name in lists: projects, organizations, plans, members. The first 200 of each; who has more
// names them by id.
import { useQuery } from '@tanstack/react-query'
import { useCan, useMe, isOperator } from '../session/me.ts'
import { bodyOf, v1 } from './client.ts'

const MOST = '200'

interface Named {
  readonly id: string
  readonly name: string
}

export interface Names {
  readonly items: readonly Named[]
  /** There are more than these. */
  readonly isCut: boolean
  readonly isPending: boolean
  readonly error: Error | null
  /** The name, or the id where it is not among them. */
  readonly nameOf: (id: string | null) => string
}

interface NamedPage {
  readonly data: readonly Named[]
  readonly next_cursor: string | null
}

/** @param organizationId of operators, who reach all: of one alone */
export function useProjectNames(organizationId?: string): Names {
  const query = organizationId === undefined ? {} : { organization_id: organizationId }
  return useNames(['projects', 'names', organizationId], useCan()('projects:read'), () =>
    bodyOf(v1.projects.$get({ query: { limit: MOST, ...query } })),
  )
}

export function useOrganizationNames(): Names {
  const me = useMe()
  return useNames(['organizations', 'names'], useCan()('organizations:read') && isOperator(me), () =>
    bodyOf(v1.organizations.$get({ query: { limit: MOST } })),
  )
}

export function usePlanNames(): Names {
  return useNames(['plans', 'names'], useCan()('plans:read'), () =>
    bodyOf(v1.plans.$get({ query: { limit: MOST } })),
  )
}

export function useTeamNames(organizationId?: string): Names {
  const query = organizationId === undefined ? {} : { organization_id: organizationId }
  return useNames(['teams', 'names', organizationId], useCan()('teams:read'), () =>
    bodyOf(v1.teams.$get({ query: { limit: MOST, ...query } })),
  )
}

/** By their address where they have no name. */
export function useMemberNames(organizationId?: string): Names {
  const query = organizationId === undefined ? {} : { organization_id: organizationId }
  return useNames(['members', 'names', organizationId], useCan()('members:read'), async () => {
    const { data, next_cursor } = await bodyOf(v1.members.$get({ query: { limit: MOST, ...query } }))
    return { data: data.map(({ id, name, email }) => ({ id, name: name ?? email })), next_cursor }
  })
}

export function useNames(
  queryKey: readonly unknown[],
  enabled: boolean,
  queryFn: () => Promise<NamedPage>,
): Names {
  const { data, isLoading, error } = useQuery({ queryKey, queryFn, enabled })
  const items = data?.data ?? []
  const names = new Map(items.map(({ id, name }) => [id, name]))
  return {
    items,
    isCut: data !== undefined && data.next_cursor !== null,
    isPending: isLoading,
    error,
    nameOf: (id) => (id === null ? '' : (names.get(id) ?? id)),
  }
}
