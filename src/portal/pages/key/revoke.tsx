// Ends a key for good: the name has to be typed, and the answer says from when on nothing passes by it.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { bodyOf, v1 } from '../../api/client.ts'
import { refresh } from '../../api/queries.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Choice, TextField } from '../../ui/fields.tsx'
import { Modal } from '../../ui/modal.tsx'
import { exact } from '../../ui/when.tsx'
import type { Key } from './key.ts'
import { effectOf } from './propagation.ts'

const REASONS = [
  { value: 'no longer used', label: 'It is no longer used' },
  { value: 'leaked', label: 'It has leaked: it can never be restored' },
  { value: 'other', label: 'Another reason' },
]

interface RevokeProps {
  readonly apiKey: Key
  readonly isOffered: boolean
}

export function Revoke({ apiKey, isOffered }: RevokeProps) {
  const { id, name } = apiKey
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('no longer used')
  const [words, setWords] = useState('')
  const revoke = useMutation({
    mutationFn: () => {
      const given = reason === 'other' ? words.trim() : reason
      return bodyOf(
        v1.keys[':id'].revoke.$post({
          param: { id },
          query: {},
          json: given === '' ? {} : { reason: given },
        }),
      )
    },
    onSuccess: async () => {
      setOpen(false)
      await refresh()
    },
    // Whether an answer that never came was a yes is read again.
    onError: refresh,
  })
  const propagation = revoke.data?.propagation
  return (
    <>
      {isOffered && (
        <Button variant="secondary-destructive" onClick={() => setOpen(true)}>
          Revoke
        </Button>
      )}
      <Confirm
        title={`Revoke ${name}?`}
        description="Every request with it is refused from then on, everywhere. You can take it back for 7 days, unless it has leaked."
        action="Revoke key"
        typed={name}
        isOpen={isOpen}
        close={() => {
          revoke.reset()
          setOpen(false)
        }}
        confirm={() => revoke.mutate()}
        isPending={revoke.isPending}
        error={revoke.error}
      >
        <Choice label="Reason" value={reason} change={setReason} options={REASONS} />
        {reason === 'other' && (
          <TextField
            label="In your words"
            value={words}
            change={setWords}
            maxLength={256}
            pointer="/reason"
            error={revoke.error}
          />
        )}
      </Confirm>
      {propagation !== undefined && (
        <Modal title={`${name} is revoked`} isOpen close={() => revoke.reset()}>
          <div className="flex flex-col gap-4">
            <Banner
              variant="success"
              title={effectOf(propagation)}
              description={`A place that is cut off from everything goes on until ${exact(propagation.worst_case_by)} at the latest.`}
            />
            <Button className="self-end" onClick={() => revoke.reset()}>
              Close
            </Button>
          </div>
        </Modal>
      )}
    </>
  )
}
