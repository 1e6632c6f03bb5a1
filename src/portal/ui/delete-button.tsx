// Deletes one thing, once its name was typed; says well why that is refused.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { refresh } from '../api/queries.ts'
import { Button } from './button.tsx'
import { Confirm } from './confirm.tsx'
import { toastDone } from './toasts.ts'

interface DeleteButtonProps {
  /** What it is: "plan". */
  readonly what: string
  readonly name: string
  readonly about: string
  readonly run: () => Promise<unknown>
  /** Where to go when it is gone, within the router. */
  readonly to: string
}

export function DeleteButton({ what, name, about, run, to }: DeleteButtonProps) {
  const [isAsking, setAsking] = useState(false)
  const [, go] = useLocation()
  const remove = useMutation({
    mutationFn: run,
    onSuccess: async () => {
      toastDone(`Deleted ${name}`)
      go(to)
      await refresh()
    },
  })
  return (
    <>
      <Button variant="secondary-destructive" onClick={() => setAsking(true)}>
        Delete
      </Button>
      <Confirm
        title={`Delete ${name}?`}
        description={about}
        action={`Delete ${what}`}
        typed={name}
        isOpen={isAsking}
        close={() => {
          remove.reset()
          setAsking(false)
        }}
        confirm={() => remove.mutate()}
        isPending={remove.isPending}
        error={remove.error}
      />
    </>
  )
}
