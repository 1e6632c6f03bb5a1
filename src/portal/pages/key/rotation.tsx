// A rotation under way: who still uses the old key, and the choice to finish it or to take it back. On the pages of both keys.
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { bodyOf, v1 } from '../../api/client.ts'
import { refresh } from '../../api/queries.ts'
import { pathTo } from '../../places.ts'
import { useCan } from '../../session/me.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Facts } from '../../ui/facts.tsx'
import { count, counted, percent } from '../../ui/figures.ts'
import { Section } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { toastDone } from '../../ui/toasts.ts'
import { When } from '../../ui/when.tsx'
import { isRotating, useKey, type Key } from './key.ts'
import { ObservedTable } from './observed.tsx'

/** How often it is looked whether the old key is used, milliseconds. */
const LOOK_MS = 15_000

export function Rotation({ apiKey }: { readonly apiKey: Key }) {
  const before = useKey(apiKey.rotated_from_id ?? '')
  if (isRotating(apiKey)) return <Open old={apiKey} newId={apiKey.rotated_to_id ?? ''} />
  if (before.data !== undefined && isRotating(before.data))
    return <Open old={before.data} newId={apiKey.id} />
  return null
}

function Open({ old, newId }: { readonly old: Key; readonly newId: string }) {
  const can = useCan()
  const evidence = useQuery({
    queryKey: ['keys', 'rotation', old.id],
    queryFn: () => bodyOf(v1.keys[':id'].rotation.$get({ param: { id: old.id } })),
    refetchInterval: LOOK_MS,
  })
  return (
    <Section
      title="Rotation under way"
      description="Both keys pass until the grace ends."
      actions={can('keys:write') && <Choices old={old} />}
    >
      <Loaded of={evidence} label="Loading whether the old key is used">
        {(seen) => (
          <div className="flex flex-col gap-4">
            <Banner
              variant={seen.old.requests === 0 ? 'success' : 'alert'}
              title={
                seen.old.requests === 0
                  ? 'The old key was not used since the rotation began'
                  : `The old key is still used: ${counted(seen.old.requests, 'request')} since the rotation began`
              }
              description={
                seen.old.requests === 0
                  ? 'Once everybody has the new key, the rotation can be finished.'
                  : 'Finishing now refuses whoever still has it.'
              }
            />
            <Facts
              facts={[
                ['Old key ends', <When key="ends" at={seen.grace_ends_at} />],
                ['Old key last used', <When key="old" at={seen.old.last_used_at} />],
                ['New key last used', <When key="new" at={seen.new.last_used_at} />],
                ['Requests with the new key', count(seen.new.requests)],
                [
                  'Share of the old key',
                  seen.old_share === null ? 'No requests yet' : percent(seen.old_share),
                ],
                [
                  'Keys',
                  <span key="keys" className="flex gap-3">
                    <Link to={pathTo('key', old.id)} className="underline">
                      Old key
                    </Link>
                    <Link to={pathTo('key', newId)} className="underline">
                      New key
                    </Link>
                  </span>,
                ],
              ]}
            />
            {seen.old.addresses.length > 0 && (
              <ObservedTable label="Addresses that still use the old key" rows={seen.old.addresses} />
            )}
          </div>
        )}
      </Loaded>
    </Section>
  )
}

type Verb = 'complete-rotation' | 'cancel-rotation'

const VERBS = {
  'complete-rotation': {
    label: 'Finish now',
    title: 'Finish the rotation?',
    about: 'The old key is refused from now on. Whoever still uses it has to take the new one.',
    done: 'The old key has ended',
  },
  'cancel-rotation': {
    label: 'Roll back',
    title: 'Roll the rotation back?',
    about:
      'The new key is revoked, and the old one goes on as before. Whoever has the new key already is refused.',
    done: 'The rotation was rolled back',
  },
} as const

function Choices({ old }: { readonly old: Key }) {
  const [asked, setAsked] = useState<Verb | null>(null)
  const change = useMutation({
    mutationFn: (verb: Verb) => bodyOf(v1.keys[':id'][verb].$post({ param: { id: old.id }, query: {} })),
    onSuccess: async (_, verb) => {
      setAsked(null)
      toastDone(VERBS[verb].done)
      await refresh()
    },
  })
  return (
    <div className="flex flex-wrap gap-2">
      <Button onClick={() => setAsked('cancel-rotation')}>{VERBS['cancel-rotation'].label}</Button>
      <Button variant="primary" onClick={() => setAsked('complete-rotation')}>
        {VERBS['complete-rotation'].label}
      </Button>
      <Confirm
        title={asked === null ? '' : VERBS[asked].title}
        description={asked === null ? '' : VERBS[asked].about}
        action={asked === null ? '' : VERBS[asked].label}
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
    </div>
  )
}
