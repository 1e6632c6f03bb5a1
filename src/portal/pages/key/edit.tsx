// Changes what can be changed of a key: what it is called, what it may do, until when, and whose it is.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { bodyOf, v1 } from '../../api/client.ts'
import { useMemberNames, usePlanNames } from '../../api/names.ts'
import { refresh } from '../../api/queries.ts'
import { linesOf, listOf, readMetadata } from '../../key-form/texts.ts'
import { useCan } from '../../session/me.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/fields.tsx'
import { NameChoice } from '../../ui/name-choice.tsx'
import { Section } from '../../ui/page.tsx'
import { SubmitForm } from '../../ui/submit-form.tsx'
import { fieldOfTime, timeOfField } from '../../ui/time-field.ts'
import { toastDone } from '../../ui/toasts.ts'
import type { Key } from './key.ts'
import { effectOf } from './propagation.ts'

const POINTERS = ['/name', '/scopes', '/expires_at', '/tags', '/metadata', '/plan_id', '/owner_member_id']

export function EditKey({ apiKey }: { readonly apiKey: Key }) {
  // As it was when the form was opened: what is typed stays when the key is read anew, and nobody saves over what others have changed.
  const [opened, setOpened] = useState<Key | null>(null)
  return (
    <Section
      title="Name, scopes and expiry"
      actions={opened === null && <Button onClick={() => setOpened(apiKey)}>Edit key</Button>}
    >
      {opened !== null ? (
        <EditForm apiKey={opened} close={() => setOpened(null)} />
      ) : (
        <p className="text-kumo-subtle">Also its tags, metadata, owner and plan.</p>
      )}
    </Section>
  )
}

function EditForm({ apiKey, close }: { readonly apiKey: Key; readonly close: () => void }) {
  const can = useCan()
  const plans = usePlanNames()
  const members = useMemberNames(apiKey.organization_id)
  const [name, setName] = useState(apiKey.name)
  const [scopes, setScopes] = useState(() => linesOf(apiKey.scopes))
  const [expires, setExpires] = useState(() => fieldOfTime(apiKey.expires_at))
  const [tags, setTags] = useState(() => apiKey.tags.join(', '))
  const [metadata, setMetadata] = useState(() => JSON.stringify(apiKey.metadata, null, 2))
  const [planId, setPlanId] = useState(apiKey.plan_id ?? '')
  const [ownerId, setOwnerId] = useState(apiKey.owner_member_id ?? '')
  const read = readMetadata(metadata)
  const save = useMutation({
    mutationFn: () => {
      if ('error' in read) throw new Error(read.error)
      const json = {
        name: name.trim(),
        scopes: [...listOf(scopes)],
        tags: [...listOf(tags)],
        metadata: read.value,
        ...(expires === fieldOfTime(apiKey.expires_at) ? {} : { expires_at: timeOfField(expires) }),
        ...(can('plans:assign') ? { plan_id: planId === '' ? null : planId } : {}),
        ...(can('members:read') ? { owner_member_id: ownerId === '' ? null : ownerId } : {}),
      }
      const args = { param: { id: apiKey.id }, query: {}, json }
      return bodyOf(v1.keys[':id'].$patch(args, { headers: { 'If-Match': `"${apiKey.version}"` } }))
    },
    onSuccess: async ({ propagation }) => {
      toastDone('Saved the key', effectOf(propagation))
      close()
      await refresh()
    },
  })
  const field = { error: save.error }
  return (
    <SubmitForm
      action="Save key"
      submit={() => save.mutate()}
      cancel={close}
      isPending={save.isPending}
      error={save.error}
      pointers={POINTERS}
    >
      <TextField
        label="Name"
        value={name}
        change={setName}
        required
        maxLength={128}
        pointer="/name"
        {...field}
      />
      <TextField
        isMultiline
        label="Scopes"
        help="One a line."
        value={scopes}
        change={setScopes}
        pointer="/scopes"
        {...field}
      />
      <TextField
        label="Expires at"
        help="Empty: never, where the policies allow it."
        type="datetime-local"
        value={expires}
        change={setExpires}
        pointer="/expires_at"
        {...field}
      />
      <TextField
        label="Tags"
        help="With commas between them."
        value={tags}
        change={setTags}
        pointer="/tags"
        {...field}
      />
      <TextField
        isMultiline
        label="Metadata"
        help="A JSON object."
        value={metadata}
        change={setMetadata}
        pointer="/metadata"
        {...field}
      />
      {can('plans:assign') && (
        <NameChoice
          label="Plan"
          names={plans}
          none="That of the project or the organization"
          value={planId}
          change={setPlanId}
          pointer="/plan_id"
          {...field}
        />
      )}
      {can('members:read') && (
        <NameChoice
          label="Owner"
          names={members}
          none="Nobody in particular"
          value={ownerId}
          change={setOwnerId}
          pointer="/owner_member_id"
          {...field}
        />
      )}
    </SubmitForm>
  )
}
