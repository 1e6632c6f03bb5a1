// What can be done with a key as it is, by whoever may.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { bodyOf, v1 } from '../../api/client.ts'
import { refresh } from '../../api/queries.ts'
import { pathTo } from '../../places.ts'
import { useCan } from '../../session/me.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { toastDone } from '../../ui/toasts.ts'
import { isOver, isRotating, type Key } from './key.ts'
import { effectOf } from './propagation.ts'
import { Reveal } from './reveal.tsx'
import { Revoke } from './revoke.tsx'
import { Rotate } from './rotate.tsx'

type Verb = 'disable' | 'enable' | 'restore' | 'delete'

const VERBS = {
  disable: {
    label: 'Disable',
    about: 'The key is refused until it is enabled again. Nothing else of it changes.',
    done: 'Disabled',
  },
  enable: { label: 'Enable', about: 'The key passes again.', done: 'Enabled' },
  restore: {
    label: 'Restore',
    about: 'The revocation is taken back, and the key passes again. This works for 7 days after it.',
    done: 'Restored',
  },
  delete: {
    label: 'Delete',
    about: 'The key disappears from lists, for good. Its audit trail stays.',
    done: 'Deleted',
  },
} as const

export function Actions({ apiKey }: { readonly apiKey: Key }) {
  const can = useCan()
  const [asked, setAsked] = useState<Verb | null>(null)
  const [, go] = useLocation()
  const { id, name, state } = apiKey
  const change = useMutation({
    mutationFn: (verb: Verb) => {
      const args = { param: { id }, query: {} }
      if (verb === 'delete') return bodyOf(v1.keys[':id'].$delete(args))
      return bodyOf(v1.keys[':id'][verb].$post(args))
    },
    onSuccess: async ({ propagation }, verb) => {
      setAsked(null)
      toastDone(`${VERBS[verb].done} ${name}`, effectOf(propagation))
      if (verb === 'delete') go(pathTo('keys'))
      await refresh()
    },
  })
  const button = (verb: Verb) => (
    <Button key={verb} onClick={() => setAsked(verb)}>
      {VERBS[verb].label}
    </Button>
  )
  const chosen = asked === null ? null : VERBS[asked]
  return (
    <>
      {/* These stay, offered or not: what they show last must not go with the state that they have changed. */}
      {can('keys:write') && <Rotate apiKey={apiKey} isOffered={state === 'active' && !isRotating(apiKey)} />}
      {can('keys:reveal') && <Reveal apiKey={apiKey} isOffered={apiKey.recoverable && !isOver(apiKey)} />}
      {can('keys:revoke') && state === 'active' && button('disable')}
      {can('keys:write') && state === 'disabled' && button('enable')}
      {can('keys:write') && state === 'revoked' && apiKey.deleted_at === null && button('restore')}
      {can('keys:revoke') &&
        (state === 'revoked' || state === 'expired') &&
        apiKey.deleted_at === null &&
        button('delete')}
      {can('keys:revoke') && <Revoke apiKey={apiKey} isOffered={!isOver(apiKey)} />}
      <Confirm
        title={`${chosen?.label ?? ''} ${name}?`}
        description={chosen?.about}
        action={`${chosen?.label ?? ''} key`}
        isOpen={asked !== null}
        close={() => {
          change.reset()
          setAsked(null)
        }}
        confirm={() => {
          if (asked !== null) change.mutate(asked)
        }}
        isPending={change.isPending}
        error={change.error}
      />
    </>
  )
}
