// From where a key may be used, and from where it was.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { bodyOf, v1 } from '../../api/client.ts'
import { refresh } from '../../api/queries.ts'
import { NetworkFields, networkOf, textsOf } from '../../key-form/network-fields.tsx'
import { useCan } from '../../session/me.ts'
import { Button } from '../../ui/button.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Section } from '../../ui/page.tsx'
import { SubmitForm } from '../../ui/submit-form.tsx'
import { toastDone } from '../../ui/toasts.ts'
import { isOver, type Key } from './key.ts'
import { ObservedAddresses } from './observed.tsx'
import { effectOf } from './propagation.ts'
import { SuggestedRanges } from './suggested-ranges.tsx'

export function NetworkPolicy({ apiKey }: { readonly apiKey: Key }) {
  const can = useCan()
  // As it was when the form was opened: nobody saves over what somebody else has changed meanwhile.
  const [opened, setOpened] = useState<Key | null>(null)
  const { addresses, countries, web_origins: origins } = apiKey.network
  const mayEdit = can('keys:write') && !isOver(apiKey)
  return (
    <Section
      title="Network policy"
      description="From where the key may be used. Requests from elsewhere are refused."
      actions={mayEdit && opened === null && <Button onClick={() => setOpened(apiKey)}>Edit policy</Button>}
    >
      {opened !== null ? (
        <PolicyForm apiKey={opened} close={() => setOpened(null)} />
      ) : (
        <div className="flex flex-col gap-4">
          <Facts
            facts={[
              ['Addresses', addresses?.join(', ') ?? 'Any'],
              ['Countries', countries?.join(', ') ?? 'Any'],
              ['Web origins', origins?.join(', ') ?? 'Any'],
            ]}
          />
          {apiKey.kind === 'secret' && <ObservedAddresses id={apiKey.id} />}
        </div>
      )}
    </Section>
  )
}

function PolicyForm({ apiKey, close }: { readonly apiKey: Key; readonly close: () => void }) {
  const [texts, setTexts] = useState(() => textsOf(apiKey.network))
  const save = useMutation({
    mutationFn: () =>
      bodyOf(
        v1.keys[':id'].$patch(
          { param: { id: apiKey.id }, query: {}, json: { network: networkOf(texts) } },
          { headers: { 'If-Match': `"${apiKey.version}"` } },
        ),
      ),
    onSuccess: async ({ propagation }) => {
      toastDone('Saved the network policy', effectOf(propagation))
      close()
      await refresh()
    },
  })
  return (
    <SubmitForm
      action="Save policy"
      submit={() => save.mutate()}
      cancel={close}
      isPending={save.isPending}
      error={save.error}
      pointers={['/network']}
    >
      {apiKey.kind === 'secret' && (
        <SuggestedRanges
          id={apiKey.id}
          text={texts.addresses}
          change={(addresses) => setTexts({ ...texts, addresses })}
        />
      )}
      <NetworkFields value={texts} change={setTexts} error={save.error} />
    </SubmitForm>
  )
}
