// Whose portal this is: the name, the logo and the accent that the operator has set, and the ways in that are configured.
import { useQuery } from '@tanstack/react-query'
import { createContext, useContext, useEffect, type ReactNode } from 'react'
import { bodyOf, outside } from '../api/client.ts'
import { Problem } from '../api/problem.ts'
import { accentOf } from './accent.ts'

export interface Brand {
  readonly name: string
  /** A data: URL, or null. */
  readonly logo: string | null
  readonly accent: string | null
  readonly login: { readonly oidc: boolean; readonly access: boolean; readonly token: boolean }
  /** Whether this browser has the cookie of a session, good or over; null until the server has answered. */
  readonly has_session: boolean | null
  /** What answered in place of the control plane; null: it did, or nothing has yet. */
  readonly foreign?: Problem | null
}

/** What stands there until the server has answered, and where it does not. */
const UNBRANDED: Brand = {
  name: 'Latchkey',
  logo: null,
  accent: null,
  login: { oidc: true, access: false, token: false },
  has_session: null,
}

export const BRAND = {
  queryKey: ['brand'],
  queryFn: (): Promise<Brand> => bodyOf(outside['portal-config'].$get()),
  staleTime: 300_000,
}

const BrandContext = createContext<Brand>(UNBRANDED)

export function BrandProvider({ children }: { readonly children: ReactNode }) {
  const { data = UNBRANDED, error, isError } = useQuery(BRAND)
  useEffect(() => {
    const { style } = document.documentElement
    const colors = data.accent === null ? null : accentOf(data.accent)
    for (const [name, value] of Object.entries(colors ?? { '--portal-accent': '', '--portal-on-accent': '' }))
      if (value === '') style.removeProperty(name)
      else style.setProperty(name, value)
  }, [data.accent])
  // Where nothing answers, whoever asks next says so.
  const brand =
    isError && data.has_session === null ? { ...data, has_session: true, foreign: foreignOf(error) } : data
  return <BrandContext value={brand}>{children}</BrandContext>
}

/** The control plane answers this question whatever else is wrong with it: who refuses it is the gateway, or somebody else. */
function foreignOf(error: Error): Problem | null {
  if (!(error instanceof Problem) || error.status === 0) return null
  if (error.status >= 500 && error.code !== 'not_configured') return null
  return new Problem(error.status, {
    title: 'This is not the control plane',
    detail: `${error.message} If CONTROL_HOST is set, open the portal on that host.`,
    request_id: error.requestId,
  })
}

export function useBrand(): Brand {
  return useContext(BrandContext)
}
