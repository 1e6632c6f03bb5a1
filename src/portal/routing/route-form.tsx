// A route, made or changed. What most routes need first; the rest when somebody asks for it.
import { useState } from 'react'
import { Choice, TextField } from '../ui/fields.tsx'
import { NameChoice } from '../ui/name-choice.tsx'
import { SubmitForm } from '../ui/submit-form.tsx'
import { useUpstreamNames } from './names.ts'
import { draftOf, NEW_ROUTE, textsOf, type Route, type RouteDraft, type RouteTexts } from './route-draft.ts'
import { RouteSettings } from './route-settings.tsx'

interface RouteFormProps {
  /** The one that is changed. */
  readonly route?: Route
  readonly action: string
  readonly submit: (draft: RouteDraft) => void
  readonly cancel: () => void
  readonly isPending: boolean
  readonly error: Error | null
}

const AUTHS: readonly { readonly value: Route['auth']; readonly label: string }[] = [
  { value: 'required', label: 'A key is required' },
  { value: 'optional', label: 'A key is optional' },
  { value: 'none', label: 'No key is looked at' },
]

const POINTERS = [
  '/name',
  '/upstream_id',
  '/path',
  '/hosts',
  '/methods',
  '/scopes',
  '/cost',
  '/environment',
  '/timeout_ms',
  '/rewrite',
  '/cors',
  '/limits',
  '/priority',
]

export function RouteForm({ route, action, submit, cancel, isPending, error }: RouteFormProps) {
  const upstreams = useUpstreamNames()
  const [texts, setTexts] = useState(() => (route === undefined ? NEW_ROUTE : textsOf(route)))
  const change = (part: Partial<RouteTexts>) => setTexts({ ...texts, ...part })
  return (
    <SubmitForm
      action={action}
      submit={() => submit(draftOf(texts, route))}
      cancel={cancel}
      isPending={isPending}
      error={error}
      pointers={POINTERS}
    >
      <TextField
        label="Path"
        help="/orders/* takes all below /orders. A * between slashes takes one segment."
        value={texts.path}
        change={(path) => change({ path })}
        required
        pointer="/path"
        error={error}
      />
      <NameChoice
        label="Upstream"
        names={upstreams}
        none="Choose an upstream"
        value={texts.upstreamId}
        change={(upstreamId) => change({ upstreamId })}
        required
        pointer="/upstream_id"
        error={error}
      />
      <TextField
        label="Methods"
        help="With commas between them. Empty: every method."
        value={texts.methods}
        change={(methods) => change({ methods })}
        pointer="/methods"
        error={error}
      />
      <Choice
        label="Key"
        value={texts.auth}
        change={(value) => change({ auth: AUTHS.find((auth) => auth.value === value)?.value ?? 'required' })}
        options={AUTHS}
      />
      <TextField
        isMultiline
        label="Scopes that a key needs"
        help="One a line, such as orders:read. Empty: none."
        value={texts.scopes}
        change={(scopes) => change({ scopes })}
        pointer="/scopes"
        error={error}
      />
      <RouteSettings texts={texts} change={change} error={error} />
    </SubmitForm>
  )
}
