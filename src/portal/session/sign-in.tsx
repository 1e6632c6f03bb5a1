// The ways in: an identity provider, Cloudflare Access, a one-time link; in local development the printed token.
import { useEffect } from 'react'
import { Banner } from '../ui/banner.tsx'
import { BrandMark } from './brand-mark.tsx'
import { useBrand } from './brand.tsx'

export function SignIn() {
  const brand = useBrand()
  const { oidc, access } = brand.login
  useEffect(() => {
    document.title = `Sign in - ${brand.name}`
  }, [brand.name])
  const here = `${location.pathname}${location.search}`
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="w-full max-w-sm rounded-xl bg-kumo-base p-6 ring ring-kumo-line">
        <BrandMark />
        <h1 className="mt-4 text-xl font-semibold">Sign in to {brand.name}</h1>
        <div className="mt-6 flex flex-col gap-4">
          {(oidc || access) && (
            <a className="portal-primary" href={`/_latchkey/login?return_to=${encodeURIComponent(here)}`}>
              {oidc ? 'Sign in with your organization' : 'Sign in with Cloudflare Access'}
            </a>
          )}
          {!oidc && !access && (
            <Banner
              variant="alert"
              title="No way in is configured"
              description="The owner of this gateway sets OIDC_ISSUER and OIDC_CLIENT_ID, or puts Cloudflare Access in front of it."
            />
          )}
          <p className="text-sm text-kumo-subtle">
            Were you sent a link? Open it in this browser. Each link lets one person in, once.
          </p>
        </div>
      </div>
    </main>
  )
}
