// A route, made or changed. What most routes need first; the rest when somebody asks for it.
import { useState } from 'react'
import { useNames } from '../api/names.ts'
import { bodyOf, v1 } from '../api/client.ts'
import { listOf } from '../key-form/texts.ts'
import { Checkbox } from '../ui/checkbox.tsx'
import { Choice, TextField } from '../ui/fields.tsx'
import { NameChoice } from '../ui/name-choice.tsx'
import { SubmitForm } from '../ui/submit-form.tsx'

type Auth = 'required' | 'optional' | 'none'
type PathMode = 'strict' | 'encoded-slash' | 'raw'

export interface RouteDraft {
  name: string | null
  upstream_id: string
  path: string
  hosts: string[]
  methods: string[]
  auth: Auth
  scopes: string[]
  cost: number
  strict: boolean
  path_mode: PathMode
  environment: 'live' | 'test' | null
  timeout_ms: number | null
  priority: number
  rewrite: { strip_prefix?: string; add_prefix?: string } | null
}

export interface RouteFormProps {
  readonly route: Readonly<Omit<RouteDraft, 'hosts' | 'methods' | 'scopes' | 'rewrite'>> & {
    readonly hosts: readonly string[]
    readonly methods: readonly string[]
    readonly scopes: readonly string[]
    readonly rewrite: {
      readonly strip_prefix?: string | undefined
      readonly add_prefix?: string | undefined
    } | null
  }
  readonly action: string
  readonly submit: (draft: RouteDraft) => void
  readonly cancel?: () => void
  readonly isPending: boolean
  readonly error: Error | null
}

export const NEW_ROUTE: RouteFormProps['route'] = {
  name: null,
  upstream_id: '',
  path: '/*',
  hosts: [],
  methods: [],
  auth: 'required',
  scopes: [],
  cost: 1,
  strict: false,
  path_mode: 'strict',
  environment: null,
  timeout_ms: null,
  priority: 0,
  rewrite: null,
}

const AUTHS: readonly { readonly value: Auth; readonly label: string }[] = [
  { value: 'required', label: 'A key is required' },
  { value: 'optional', label: 'A key is optional' },
  { value: 'none', label: 'No key is looked at' },
]
const MODES: readonly { readonly value: PathMode; readonly label: string }[] = [
  { value: 'strict', label: 'Strict: what can be read in two ways is refused' },
  { value: 'encoded-slash', label: 'Encoded slashes are taken' },
  { value: 'raw', label: 'As it is sent' },
]
const POINTERS = [
  '/name',
  '/upstream_id',
  '/path',
  '/hosts',
  '/methods',
  '/scopes',
  '/cost',
  '/timeout_ms',
  '/rewrite',
  '/priority',
]

export function useUpstreamNames() {
  return useNames(['upstreams', 'names'], true, () => bodyOf(v1.upstreams.$get({ query: { limit: '200' } })))
}

export function RouteForm({ route, action, submit, cancel, isPending, error }: RouteFormProps) {
  const upstreams = useUpstreamNames()
  const [draft, setDraft] = useState(route)
  const [hosts, setHosts] = useState(() => route.hosts.join('\n'))
  const [methods, setMethods] = useState(() => route.methods.join(', '))
  const [scopes, setScopes] = useState(() => route.scopes.join('\n'))
  const change = (part: Partial<RouteFormProps['route']>) => setDraft({ ...draft, ...part })
  const rewrite = draft.rewrite ?? {}
  const send = () =>
    submit({
      ...draft,
      hosts: [...listOf(hosts)],
      methods: listOf(methods).map((method) => method.toUpperCase()),
      scopes: [...listOf(scopes)],
      rewrite: rewriteOf(rewrite),
    })
  return (
    <SubmitForm
      action={action}
      submit={send}
      {...(cancel === undefined ? {} : { cancel })}
      isPending={isPending}
      error={error}
      pointers={POINTERS}
    >
      <TextField
        label="Path"
        help="Of one segment `*` inside, of all below at the end: /orders/*."
        value={draft.path}
        change={(path) => change({ path })}
        required
        pointer="/path"
        error={error}
      />
      <NameChoice
        label="Upstream"
        names={upstreams}
        none="Choose an upstream"
        value={draft.upstream_id}
        change={(upstreamId) => change({ upstream_id: upstreamId })}
        required
        pointer="/upstream_id"
        error={error}
      />
      <TextField
        label="Methods"
        help="With commas between them. Empty: every method."
        value={methods}
        change={setMethods}
        pointer="/methods"
        error={error}
      />
      <Choice
        label="Key"
        value={draft.auth}
        change={(value) => change({ auth: AUTHS.find((auth) => auth.value === value)?.value ?? 'required' })}
        options={AUTHS}
      />
      <TextField
        isMultiline
        label="Scopes that a key needs"
        help="One a line, such as orders:read. Empty: none."
        value={scopes}
        change={setScopes}
        pointer="/scopes"
        error={error}
      />
      <details className="rounded-xl p-4 ring ring-kumo-line">
        <summary className="cursor-pointer font-medium">More settings</summary>
        <div className="mt-4 flex flex-col gap-4">
          <TextField
            label="Name"
            help="Yours, to know it by. Unique."
            value={draft.name ?? ''}
            change={(name) => change({ name: name.trim() === '' ? null : name })}
            pointer="/name"
            error={error}
          />
          <TextField
            isMultiline
            label="Hosts"
            help="One a line. Empty: every host."
            value={hosts}
            change={setHosts}
            pointer="/hosts"
            error={error}
          />
          <TextField
            type="number"
            min={0}
            label="Cost"
            help="What a request takes of each limit and quota."
            value={String(draft.cost)}
            change={(text) => change({ cost: Number(text) })}
            pointer="/cost"
            error={error}
          />
          <Choice
            label="Environment"
            value={draft.environment ?? ''}
            change={(value) => change({ environment: value === 'live' || value === 'test' ? value : null })}
            options={[
              { value: '', label: 'Live and test keys' },
              { value: 'live', label: 'Live keys alone' },
              { value: 'test', label: 'Test keys alone' },
            ]}
          />
          <TextField
            type="number"
            min={1}
            label="Timeout, milliseconds"
            help="Empty: that of the upstream."
            value={draft.timeout_ms === null ? '' : String(draft.timeout_ms)}
            change={(text) => change({ timeout_ms: text === '' ? null : Number(text) })}
            pointer="/timeout_ms"
            error={error}
          />
          <TextField
            label="Take away from the beginning of the path"
            value={rewrite.strip_prefix ?? ''}
            change={(text) => change({ rewrite: { ...rewrite, strip_prefix: text } })}
            pointer="/rewrite/strip_prefix"
            error={error}
          />
          <TextField
            label="Put before the path"
            value={rewrite.add_prefix ?? ''}
            change={(text) => change({ rewrite: { ...rewrite, add_prefix: text } })}
            pointer="/rewrite/add_prefix"
            error={error}
          />
          <TextField
            type="number"
            label="Priority"
            help="Between routes that fit equally well. Higher wins."
            value={String(draft.priority)}
            change={(text) => change({ priority: Number(text) })}
            pointer="/priority"
            error={error}
          />
          <Choice
            label="Paths that can be read in two ways"
            value={draft.path_mode}
            change={(value) =>
              change({ path_mode: MODES.find((mode) => mode.value === value)?.value ?? 'strict' })
            }
            options={MODES}
          />
          <Checkbox
            label="Exact revocation"
            description="Each request asks whether its key was revoked: slower, and never behind."
            checked={draft.strict}
            onCheckedChange={(strict) => change({ strict })}
          />
        </div>
      </details>
    </SubmitForm>
  )
}

function rewriteOf({
  strip_prefix: strip = '',
  add_prefix: add = '',
}: NonNullable<RouteFormProps['route']['rewrite']>) {
  if (strip === '' && add === '') return null
  return { ...(strip === '' ? {} : { strip_prefix: strip }), ...(add === '' ? {} : { add_prefix: add }) }
}
