// The ways in: an identity provider, Cloudflare Access, a one-time link; in local development the printed token.
import { useEffect, useState } from 'react'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Input } from '../ui/input.tsx'
import { useMutation } from '@tanstack/react-query'
import { bodyOf, outside } from '../api/client.ts'
import { queries } from '../api/queries.ts'
import { BrandMark } from './brand-mark.tsx'
import { useBrand } from './brand.tsx'
import { forgetSession } from './me.ts'

export function SignIn() {
  const brand = useBrand()
  const { oidc, access, token } = brand.login
  useEffect(() => {
    document.title = `Sign in - ${brand.name}`
  }, [brand.name])
  const here = `${location.pathname}${location.search}`
  return (
    <main className="grid min-h-dvh grid-cols-1 place-items-center p-4">
      <div className="w-full max-w-sm rounded-xl bg-kumo-base p-6 ring ring-kumo-line">
        <BrandMark />
        <h1 className="mt-4 text-xl font-semibold wrap-anywhere">
          Sign in to <bdi>{brand.name}</bdi>
        </h1>
        <div className="mt-6 flex flex-col gap-4">
          {(oidc || access) && (
            <a className="portal-primary" href={`/_latchkey/login?return_to=${encodeURIComponent(here)}`}>
              {oidc ? 'Sign in with your organization' : 'Sign in with Cloudflare Access'}
            </a>
          )}
          {token && <TokenForm />}
          {!oidc && !access && !token && (
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

/** The token leaves this form as the body of one request, and is kept nowhere. */
function TokenForm() {
  const [token, setToken] = useState('')
  const signIn = useMutation({
    mutationFn: () => bodyOf(outside.session.token.$post({ json: { token: token.trim() } })),
    onSuccess: () => forgetSession(queries),
  })
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        signIn.mutate()
      }}
    >
      <Input
        label="Token of local development"
        description="The ADMIN_TOKEN in .dev.vars, which `npm start` names."
        type="password"
        autoComplete="off"
        required
        value={token}
        onChange={(event) => setToken(event.target.value)}
        {...(signIn.error === null ? {} : { error: signIn.error.message })}
      />
      <Button type="submit" variant="primary" loading={signIn.isPending}>
        Sign in
      </Button>
    </form>
  )
}
