// Puts a new secret in front of the ones in use: of check digits, or of the consumer assertion. Nothing stops by it.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { bodyOf, v1 } from '../api/client.ts'
import { refresh } from '../api/queries.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { toastDone } from '../ui/toasts.ts'

interface SecretRotationProps {
  readonly secret: 'check' | 'signing'
  /** Of the one in front, as the settings show it. */
  readonly current: string
}

const ABOUT = {
  check: {
    label: 'Rotate the check secret',
    about: 'New keys get check digits of the new secret. All older keys go on.',
  },
  signing: {
    label: 'Rotate the signing key',
    about:
      'Origins see assertions of the new key at once, and find it at jwks.json. The newest five stay there.',
  },
} as const

export function SecretRotation({ secret, current }: SecretRotationProps) {
  const [isAsking, setAsking] = useState(false)
  const { label, about } = ABOUT[secret]
  const rotate = useMutation({
    mutationFn: () =>
      bodyOf(v1.settings['rotate-secret'].$post({ query: {}, json: { secret, replaces: current } })),
    onSuccess: async () => {
      setAsking(false)
      toastDone('The new secret is in use')
      await refresh()
    },
  })
  return (
    <>
      <Button onClick={() => setAsking(true)}>{label}</Button>
      <Confirm
        title={`${label}?`}
        description={about}
        action="Rotate secret"
        isOpen={isAsking}
        close={() => {
          rotate.reset()
          setAsking(false)
        }}
        confirm={() => rotate.mutate()}
        isPending={rotate.isPending}
        error={rotate.error}
      />
    </>
  )
}
