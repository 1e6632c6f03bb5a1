// The portal: what every page stands in. The ways in come first and alone: what is behind them is loaded for whoever is in.
import { QueryClientProvider } from '@tanstack/react-query'
import { Suspense } from 'react'
import { Router, type AroundNavHandler } from 'wouter'
import { queries } from './api/queries.ts'
import { BASE } from './places.ts'
import { BrandProvider } from './session/brand.tsx'
import { SessionGate } from './session/gate.tsx'
import { LINK_TOKEN } from './session/link-token.ts'
import { Boundary } from './shell/boundary.tsx'
import { mayLeave } from './shell/leave-guard.ts'
import { part } from './ui/part.tsx'
import { Loading } from './ui/states.tsx'

const LOADING = <Loading label="Loading the portal" />
const Shell = part(() => import('./shell/shell.tsx'), LOADING)
const Link = part(() => import('./session/link.tsx'), LOADING)

const guarded: AroundNavHandler = (navigate, to, options) => {
  if (mayLeave()) navigate(to, options)
}

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <BrandProvider>
        <Router base={BASE} aroundNav={guarded}>
          <Boundary>
            <Suspense fallback={LOADING}>
              {LINK_TOKEN === null ? (
                <SessionGate prepare={Shell.preload}>
                  <Shell />
                </SessionGate>
              ) : (
                <Link token={LINK_TOKEN} />
              )}
            </Suspense>
          </Boundary>
        </Router>
      </BrandProvider>
    </QueryClientProvider>
  )
}
