// The portal: what every page stands in. Data, toasts, the session and the router.
import { CSPProvider } from '@cloudflare/kumo/primitives/csp-provider'
import { Toasty } from '@cloudflare/kumo/components/toast'
import { QueryClientProvider } from '@tanstack/react-query'
import { Router } from 'wouter'
import { queries } from './api/queries.ts'
import { BASE } from './places.ts'
import { BrandProvider } from './session/brand.tsx'
import { SessionGate } from './session/gate.tsx'
import { LINK_TOKEN } from './session/link-token.ts'
import { Link } from './session/link.tsx'
import { Shell } from './shell/shell.tsx'
import { TOASTS } from './ui/toasts.ts'

export function App() {
  return (
    // The policy of the page forbids style elements: no component may write one.
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queries}>
        <Toasty toastManager={TOASTS}>
          <BrandProvider>
            <Router base={BASE}>
              {LINK_TOKEN === null ? (
                <SessionGate>
                  <Shell />
                </SessionGate>
              ) : (
                <Link token={LINK_TOKEN} />
              )}
            </Router>
          </BrandProvider>
        </Toasty>
      </QueryClientProvider>
    </CSPProvider>
  )
}
