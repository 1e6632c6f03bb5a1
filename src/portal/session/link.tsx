// Where a one-time link leads: whose session it begins, and a button. Nothing is redeemed before it is pressed, because a scanner that
// runs scripts presses none; and whoever was sent somebody else's link reads so first.
import { useMutation, useQuery } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { useEffect } from 'react'
import { bodyOf, outside } from '../api/client.ts'
import { Problem } from '../api/problem.ts'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Failure, Loading } from '../ui/states.tsx'
import { BrandMark } from './brand-mark.tsx'
import { useBrand } from './brand.tsx'

type Preview = InferResponseType<typeof outside.session.preview.$post, 200>

export default function Link({ token }: { readonly token: string }) {
  const brand = useBrand()
  useEffect(() => {
    document.title = `Log in - ${brand.name}`
  }, [brand.name])
  const seen = useQuery({
    queryKey: ['link'],
    queryFn: () => bodyOf(outside.session.preview.$post({ json: { token } })),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
  return (
    <main className="grid min-h-dvh grid-cols-1 place-items-center p-4">
      <div className="flex w-full max-w-md flex-col gap-4 rounded-xl bg-kumo-base p-6 ring ring-kumo-line">
        <BrandMark />
        <h1 className="text-xl font-semibold">Log in</h1>
        {seen.data !== undefined && <Redeem token={token} preview={seen.data} />}
        {seen.error !== null &&
          (isUsedUp(seen.error) ? <UsedUp /> : <Failure error={seen.error} retry={seen.refetch} />)}
        {seen.isPending && <Loading label="Looking at the link" />}
      </div>
    </main>
  )
}

function Redeem({ token, preview }: { readonly token: string; readonly preview: Preview }) {
  const { member, organization, replaces } = preview
  const redeem = useMutation({
    mutationFn: () => bodyOf(outside.session.redeem.$post({ json: { token } })),
    // A path below /_latchkey/: the server has judged it when the link was made.
    onSuccess: ({ return_to: returnTo }) => location.replace(returnTo),
  })
  if (redeem.error !== null && isUsedUp(redeem.error)) return <UsedUp />
  return (
    <>
      <p>
        You will be logged in as <strong dir="auto">{nameOf(member)}</strong>, {member.role.replace('_', ' ')}{' '}
        of <strong dir="auto">{organization.name}</strong>. If that is not you, close this page: what you
        enter there is theirs to read.
      </p>
      {replaces !== null && (
        <Banner
          variant="alert"
          title="Another session ends"
          description={<span dir="auto">This browser is logged in as {nameOf(replaces)}.</span>}
        />
      )}
      {redeem.error !== null && <Failure error={redeem.error} />}
      <Button
        variant="primary"
        loading={redeem.isPending || redeem.isSuccess}
        onClick={() => redeem.mutate()}
      >
        Continue
      </Button>
    </>
  )
}

function UsedUp() {
  return (
    <div role="alert">
      <Banner
        variant="error"
        title="This link has been used or has expired"
        description="Ask for another where you got it. If you are logged in already, open the portal's start."
      />
    </div>
  )
}

function isUsedUp(error: Error): boolean {
  return error instanceof Problem && error.status >= 400 && error.status < 500
}

function nameOf({ name, email }: { readonly name: string | null; readonly email: string | null }): string {
  if (name === null) return email ?? 'somebody'
  return email === null ? name : `${name} (${email})`
}
