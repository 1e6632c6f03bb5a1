// Whose portal this is: the name, the logo and the accent that the operator has set, and the ways in that are configured.
import { useQuery } from '@tanstack/react-query'
import { createContext, useContext, useEffect, type ReactNode } from 'react'
import { bodyOf, outside } from '../api/client.ts'
import { accentOf } from './accent.ts'

export interface Brand {
  readonly name: string
  /** A data: URL, or null. */
  readonly logo: string | null
  readonly accent: string | null
  readonly login: { readonly oidc: boolean; readonly access: boolean; readonly token: boolean }
  /** Whether this browser has the cookie of a session, good or over; null until the server has answered. */
  readonly has_session: boolean | null
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
  const { data = UNBRANDED, isError } = useQuery(BRAND)
  useEffect(() => {
    const { style } = document.documentElement
    const colors = data.accent === null ? null : accentOf(data.accent)
    for (const [name, value] of Object.entries(colors ?? { '--portal-accent': '', '--portal-on-accent': '' }))
      if (value === '') style.removeProperty(name)
      else style.setProperty(name, value)
  }, [data.accent])
  // Where nothing answers, whoever asks next says so.
  const brand = isError && data.has_session === null ? { ...data, has_session: true } : data
  return <BrandContext value={brand}>{children}</BrandContext>
}

export function useBrand(): Brand {
  return useContext(BrandContext)
}
