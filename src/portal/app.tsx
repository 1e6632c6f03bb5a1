// The portal: what every page stands in. The ways in come first and alone: what is behind them is loaded for whoever is in.
import { QueryClientProvider } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { Router, type AroundNavHandler } from 'wouter'
import { queries } from './api/queries.ts'
import { BASE } from './places.ts'
import { BrandProvider } from './session/brand.tsx'
import { SessionGate } from './session/gate.tsx'
import { LINK_TOKEN } from './session/link-token.ts'
import { mayLeave } from './shell/leave-guard.ts'
import { Loading } from './ui/states.tsx'

const Shell = lazy(() => import('./shell/shell.tsx'))
const Link = lazy(() => import('./session/link.tsx'))

const guarded: AroundNavHandler = (navigate, to, options) => {
  if (mayLeave()) navigate(to, options)
}

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <BrandProvider>
        <Router base={BASE} aroundNav={guarded}>
          <Suspense fallback={<Loading label="Loading the portal" />}>
            {LINK_TOKEN === null ? (
              <SessionGate>
                <Shell />
              </SessionGate>
            ) : (
              <Link token={LINK_TOKEN} />
            )}
          </Suspense>
        </Router>
      </BrandProvider>
    </QueryClientProvider>
  )
}
