// Lets in who is logged in; shows the ways in to everybody else, at the address that was asked for.
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect, type ReactNode } from 'react'
import { Problem } from '../api/problem.ts'
import { queries } from '../api/queries.ts'
import { Failure, Loading } from '../ui/states.tsx'
import { useBrand } from './brand.tsx'
import { ME } from './me.ts'
import { SignIn } from './sign-in.tsx'

interface SessionGateProps {
  /** Done as soon as it is likely that somebody is logged in, while it is asked who. */
  readonly prepare: () => void
  readonly children: ReactNode
}

export function SessionGate({ prepare, children }: SessionGateProps) {
  const { name, has_session: hasSession, foreign = null } = useBrand()
  const me = useQuery({ ...ME, enabled: hasSession === true && foreign === null })
  const { data, refetch } = me
  // The first page is much to draw: in pieces it holds nothing up.
  const isIn = useDeferredValue(data !== undefined)
  const error = foreign ?? me.error
  useSessionEnd()
  useEffect(() => {
    if (hasSession === true) prepare()
  }, [hasSession, prepare])
  if (hasSession === false) return <SignIn />
  if (foreign === null && error instanceof Problem && error.status === 401) return <SignIn />
  if (isIn && data !== undefined) return children
  if (error !== null)
    return (
      <main className="mx-auto max-w-xl p-6">
        <h1 className="mb-4 text-xl font-semibold">{name}</h1>
        <Failure error={error} retry={foreign === null ? refetch : () => location.reload()} />
      </main>
    )
  return <Loading label="Loading the portal" />
}

/** Any answer that says that the session is over sends back to the way in. */
function useSessionEnd(): void {
  useEffect(
    () =>
      queries.getQueryCache().subscribe(({ type, query }) => {
        const error: unknown = query.state.error
        if (type !== 'updated' || query.queryKey[0] === 'me' || !(error instanceof Problem)) return
        if (error.status === 401) void queries.resetQueries({ queryKey: ME.queryKey })
      }),
    [],
  )
}
