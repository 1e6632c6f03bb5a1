// A new key: whose, for what, until when. Afterwards the key itself, once.
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Redirect, useSearchParams } from 'wouter'
import { useAttempt } from '../api/attempt.ts'
import { bodyOf, v1 } from '../api/client.ts'
import { useProjectNames } from '../api/names.ts'
import { refresh } from '../api/queries.ts'
import { KeyForm, type KeyDraft } from '../key-form/key-form.tsx'
import { pathTo } from '../places.ts'
import { NameChoice } from '../ui/name-choice.tsx'
import { Page, Section } from '../ui/page.tsx'
import { SecretPanel } from '../ui/secret-panel.tsx'
import { Loaded, Nothing } from '../ui/states.tsx'
import { toastDone } from '../ui/toasts.ts'

interface MadeKey {
  readonly id: string
  readonly name: string
  readonly secret: string
}

const CRUMBS = [{ title: 'Keys', to: pathTo('keys') }]

export default function NewKeyPage() {
  const [search, setSearch] = useSearchParams()
  const projects = useProjectNames()
  const only = projects.items.length === 1 ? projects.items[0]?.id : undefined
  const projectId = search.get('project_id') ?? only ?? ''
  const [made, setMade] = useState<MadeKey | null>(null)
  const [isStored, setStored] = useState(false)
  if (made !== null && isStored) return <Redirect to={pathTo('key', made.id)} />
  if (made !== null)
    return (
      <Page title="Your new key" crumbs={CRUMBS}>
        <Section title={made.name}>
          <SecretPanel
            secret={made.secret}
            name={made.name}
            done={() => {
              setMade({ ...made, secret: '' })
              setStored(true)
            }}
          />
        </Section>
      </Page>
    )
  if (!projects.isPending && projects.error === null && projects.items.length === 0)
    return (
      <Page title="New key" crumbs={CRUMBS}>
        <Nothing title="There is no project yet" description="A key belongs to a project: make one first." />
      </Page>
    )
  return (
    <Page
      title="New key"
      description="A key lets one program call the API. Give each its own."
      crumbs={CRUMBS}
    >
      <div className="flex max-w-2xl flex-col gap-6">
        <NameChoice
          label="Project"
          names={projects}
          none="Choose a project"
          value={projectId}
          change={(id) => setSearch({ project_id: id }, { replace: true })}
          required
        />
        {projectId !== '' && <NewKeyForm key={projectId} projectId={projectId} made={setMade} />}
      </div>
    </Page>
  )
}

interface NewKeyFormProps {
  readonly projectId: string
  readonly made: (key: MadeKey) => void
}

function NewKeyForm({ projectId, made }: NewKeyFormProps) {
  const options = useQuery({
    queryKey: ['projects', projectId, 'key-options'],
    queryFn: () => bodyOf(v1.projects[':id']['key-options'].$get({ param: { id: projectId } })),
  })
  const attempt = useAttempt()
  const create = useMutation({
    mutationFn: async (draft: KeyDraft) => {
      const body = { project_id: projectId, ...draft }
      return bodyOf(v1.keys.$post({ json: body }, await attempt(body)))
    },
    onSuccess: async ({ key, secret }) => {
      made({ id: key.id, name: key.name, secret })
      create.reset()
      toastDone(`Created ${key.name}`)
      await refresh()
    },
    // The secret is in the answer: nothing of it stays behind.
    gcTime: 0,
  })
  return (
    <Loaded of={options} label="Loading what the policies allow">
      {(allowed) => (
        <KeyForm options={allowed} submit={create.mutate} isPending={create.isPending} error={create.error} />
      )}
    </Loaded>
  )
}
