// The forms of the first steps: as short as they can be. The pages of each thing have all that there is to set.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useAttempt } from '../api/attempt.ts'
import { bodyOf, v1 } from '../api/client.ts'
import { refresh } from '../api/queries.ts'
import { NEW_LIMIT } from '../plans/draft.ts'
import { UpstreamForm, type UpstreamDraft } from '../routing/upstream-form.tsx'
import { TextField } from '../ui/fields.tsx'
import { SubmitForm } from '../ui/submit-form.tsx'

export function UpstreamStep() {
  const attempt = useAttempt()
  const create = useMutation({
    mutationFn: async (json: UpstreamDraft) =>
      bodyOf(v1.upstreams.$post({ json, query: {} }, await attempt(json))),
    onSuccess: refresh,
  })
  return (
    <UpstreamForm
      action="Create upstream"
      submit={(draft) => create.mutate(draft)}
      isPending={create.isPending}
      error={create.error}
    />
  )
}

export function RouteStep({ upstreamId }: { readonly upstreamId: string }) {
  const [path, setPath] = useState('/*')
  const attempt = useAttempt()
  const create = useMutation({
    mutationFn: async () => {
      const json = { upstream_id: upstreamId, path: path.trim() }
      return bodyOf(v1.routes.$post({ json, query: {} }, await attempt(json)))
    },
    onSuccess: refresh,
  })
  return (
    <SubmitForm
      action="Create route"
      submit={() => create.mutate()}
      isPending={create.isPending}
      error={create.error}
      pointers={['/path']}
    >
      <TextField
        label="Path"
        help="/* takes every request. A key is required on it."
        value={path}
        change={setPath}
        required
        pointer="/path"
        error={create.error}
      />
    </SubmitForm>
  )
}

export function PlanStep() {
  const [limit, setLimit] = useState('60')
  const attempt = useAttempt()
  const create = useMutation({
    mutationFn: async () => {
      const json = { name: 'Standard', limits: [{ ...NEW_LIMIT, limit: Number(limit) }] }
      return bodyOf(v1.plans.$post({ json, query: {} }, await attempt(json)))
    },
    onSuccess: refresh,
  })
  return (
    <SubmitForm
      action="Create plan"
      submit={() => create.mutate()}
      isPending={create.isPending}
      error={create.error}
      pointers={['/limits']}
    >
      <TextField
        type="number"
        min={1}
        label="Requests in a minute, for each key"
        value={limit}
        change={setLimit}
        required
        pointer="/limits"
        error={create.error}
      />
    </SubmitForm>
  )
}

export function CustomerStep({ planId }: { readonly planId: string }) {
  const [organization, setOrganization] = useState('')
  const [project, setProject] = useState('')
  const attempt = useAttempt()
  const create = useMutation({
    mutationFn: async () => {
      const customer = { name: organization.trim(), plan_id: planId }
      const made = await bodyOf(v1.organizations.$post({ json: customer }, await attempt(customer)))
      const json = { organization_id: made.id, name: project.trim() }
      return bodyOf(v1.projects.$post({ json }, await attempt(json)))
    },
    onSuccess: refresh,
  })
  return (
    <SubmitForm
      action="Create both"
      submit={() => create.mutate()}
      isPending={create.isPending}
      error={create.error}
      pointers={[]}
    >
      <TextField
        label="Organization"
        help="A customer, or a part of your own company."
        value={organization}
        change={setOrganization}
        required
        maxLength={128}
      />
      <TextField
        label="Project"
        help="The program or service that calls the API."
        value={project}
        change={setProject}
        required
        maxLength={128}
      />
    </SubmitForm>
  )
}

interface KeyStepProps {
  readonly projectId: string
  readonly made: (key: { readonly id: string; readonly secret: string }) => void
}

export function KeyStep({ projectId, made }: KeyStepProps) {
  const [name, setName] = useState('First key')
  const attempt = useAttempt()
  const create = useMutation({
    mutationFn: async () => {
      const json = { project_id: projectId, name: name.trim() }
      return bodyOf(v1.keys.$post({ json }, await attempt(json)))
    },
    onSuccess: ({ key, secret }) => {
      made({ id: key.id, secret })
      create.reset()
    },
    gcTime: 0,
  })
  return (
    <SubmitForm
      action="Create key"
      submit={() => create.mutate()}
      isPending={create.isPending}
      error={create.error}
      pointers={['/name']}
    >
      <TextField
        label="Name"
        value={name}
        change={setName}
        required
        maxLength={128}
        pointer="/name"
        error={create.error}
      />
    </SubmitForm>
  )
}
