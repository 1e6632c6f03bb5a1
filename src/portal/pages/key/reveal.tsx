// Shows a key again, where its project keeps keys readable. Each time stands in the audit trail.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { bodyOf, v1 } from '../../api/client.ts'
import { Button } from '../../ui/button.tsx'
import { Modal } from '../../ui/modal.tsx'
import { SecretPanel } from '../../ui/secret-panel.tsx'
import { toastFailure } from '../../ui/toasts.ts'
import type { Key } from './key.ts'

interface RevealProps {
  readonly apiKey: Key
  readonly isOffered: boolean
}

export function Reveal({ apiKey, isOffered }: RevealProps) {
  const { id, name } = apiKey
  const [secret, setSecret] = useState<string | null>(null)
  const reveal = useMutation({
    mutationFn: () => bodyOf(v1.keys[':id'].reveal.$post({ param: { id } })),
    onSuccess: (answer) => {
      setSecret(answer.secret)
      reveal.reset()
    },
    onError: toastFailure,
    gcTime: 0,
  })
  return (
    <>
      {isOffered && (
        <Button loading={reveal.isPending} onClick={() => reveal.mutate()}>
          Show key
        </Button>
      )}
      <Modal title={`The key ${name}`} isOpen={secret !== null} close={() => setSecret(null)}>
        {secret !== null && (
          <SecretPanel secret={secret} name={name} done={() => setSecret(null)} isRepeatable />
        )}
      </Modal>
    </>
  )
}
