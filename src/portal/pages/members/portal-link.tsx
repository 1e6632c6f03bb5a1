// A one-time link that lets a member in at once: for an operator who helps somebody without a login of their own.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { bodyOf, v1 } from '../../api/client.ts'
import { Choice } from '../../ui/fields.tsx'
import { LinkPanel } from '../../ui/link-panel.tsx'
import { SubmitForm } from '../../ui/submit-form.tsx'

interface PortalLinkProps {
  readonly memberId: string
  readonly who: string
  readonly close: () => void
}

/** Seconds, within what the API takes. */
const LIFETIMES = [
  { value: '300', label: '5 minutes' },
  { value: '3600', label: '1 hour' },
]

export function PortalLink({ memberId, who, close }: PortalLinkProps) {
  const [lifetime, setLifetime] = useState('300')
  const make = useMutation({
    mutationFn: () =>
      bodyOf(v1['portal-sessions'].$post({ json: { member_id: memberId, ttl_seconds: Number(lifetime) } })),
    gcTime: 0,
  })
  if (make.data !== undefined)
    return <LinkPanel url={make.data.url} expiresAt={make.data.expires_at} whose={who} done={close} />
  return (
    <SubmitForm
      action="Make link"
      submit={() => make.mutate()}
      cancel={close}
      isPending={make.isPending}
      error={make.error}
      pointers={['/ttl_seconds']}
    >
      <p>
        Whoever opens the link first is <bdi>{who}</bdi> here, and may do all that they may.
      </p>
      <Choice
        label="Expires after"
        value={lifetime}
        change={setLifetime}
        options={LIFETIMES}
        pointer="/ttl_seconds"
        error={make.error}
      />
    </SubmitForm>
  )
}
