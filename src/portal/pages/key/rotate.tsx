// Gives a key a successor: how long both pass is chosen first, and then the new key is shown, once.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { bodyOf, v1 } from '../../api/client.ts'
import { refresh } from '../../api/queries.ts'
import { Button } from '../../ui/button.tsx'
import { Choice, FormError } from '../../ui/fields.tsx'
import { Modal } from '../../ui/modal.tsx'
import { SecretPanel } from '../../ui/secret-panel.tsx'
import type { Key } from './key.ts'

const GRACES = [
  { value: '0', label: 'None: the old key ends now' },
  { value: '3600', label: 'An hour' },
  { value: '86400', label: 'A day' },
  { value: '604800', label: '7 days' },
  { value: '2592000', label: '30 days' },
]

interface RotateProps {
  readonly apiKey: Key
  readonly isOffered: boolean
}

export function Rotate({ apiKey, isOffered }: RotateProps) {
  const { id, name } = apiKey
  const [isOpen, setOpen] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  return (
    <>
      {isOffered && <Button onClick={() => setOpen(true)}>Rotate</Button>}
      <Modal
        title={secret === null ? `Rotate ${name}?` : 'The new key'}
        isOpen={isOpen}
        close={() => {
          if (secret === null) setOpen(false)
        }}
      >
        {secret === null ? (
          <RotateForm id={id} made={setSecret} close={() => setOpen(false)} />
        ) : (
          <SecretPanel
            secret={secret}
            name={name}
            done={() => {
              setSecret(null)
              setOpen(false)
              void refresh()
            }}
          />
        )}
      </Modal>
    </>
  )
}

interface RotateFormProps {
  readonly id: string
  readonly made: (secret: string) => void
  readonly close: () => void
}

function RotateForm({ id, made, close }: RotateFormProps) {
  const [grace, setGrace] = useState('86400')
  // The same for every attempt with the same grace: a retry after a lost answer gives the same successor.
  const [attempt] = useState(() => crypto.randomUUID())
  const rotate = useMutation({
    mutationFn: () =>
      bodyOf(
        v1.keys[':id'].rotate.$post(
          { param: { id }, query: {}, json: { grace_seconds: Number(grace) } },
          { headers: { 'Idempotency-Key': `${attempt}-${grace}` } },
        ),
      ),
    onSuccess: ({ secret }) => {
      made(secret)
      rotate.reset()
    },
    gcTime: 0,
  })
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        rotate.mutate()
      }}
    >
      <p>
        The new key has the same scopes, limits and network policy. Until the grace ends both pass, and this
        page shows whether the old one is still used.
      </p>
      <Choice
        label="How long the old key still passes"
        value={grace}
        change={setGrace}
        options={GRACES}
        pointer="/grace_seconds"
        error={rotate.error}
      />
      <FormError error={rotate.error} pointers={['/grace_seconds']} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={close}>Cancel</Button>
        <Button type="submit" variant="primary" loading={rotate.isPending}>
          Rotate key
        </Button>
      </div>
    </form>
  )
}
