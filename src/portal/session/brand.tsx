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
}

/** What stands there until the server has answered, and where it does not. */
const UNBRANDED: Brand = {
  name: 'Latchkey',
  logo: null,
  accent: null,
  login: { oidc: true, access: false, token: false },
}

const BrandContext = createContext<Brand>(UNBRANDED)

export function BrandProvider({ children }: { readonly children: ReactNode }) {
  const { data = UNBRANDED } = useQuery({
    queryKey: ['brand'],
    queryFn: () => bodyOf(outside['portal-config'].$get()),
    staleTime: 300_000,
  })
  useEffect(() => {
    const { style } = document.documentElement
    const colors = data.accent === null ? null : accentOf(data.accent)
    for (const [name, value] of Object.entries(colors ?? { '--portal-accent': '', '--portal-on-accent': '' }))
      if (value === '') style.removeProperty(name)
      else style.setProperty(name, value)
  }, [data.accent])
  return <BrandContext value={data}>{children}</BrandContext>
}

export function useBrand(): Brand {
  return useContext(BrandContext)
}
