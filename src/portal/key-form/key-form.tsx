// The fields of a new key. The common ones first; the rest is there when somebody asks for it.
import { useState, type FormEvent } from 'react'
import { useMemberNames, usePlanNames } from '../api/names.ts'
import { Problem } from '../api/problem.ts'
import { useCan } from '../session/me.ts'
import { Button } from '../ui/button.tsx'
import { Choice, FormError, TextField } from '../ui/fields.tsx'
import { NameChoice } from '../ui/name-choice.tsx'
import {
  expiryOptions,
  expiryTime,
  firstExpiry,
  isExpiryChoice,
  type ExpiryChoice,
  type ExpiryRule,
} from './expiry.ts'
import { ANYWHERE, NetworkFields, networkOf } from './network-fields.tsx'
import { ScopePicker } from './scope-picker.tsx'
import { listOf, readMetadata } from './texts.ts'

type Environment = 'live' | 'test'
type Kind = 'secret' | 'publishable'

/** The body of `POST /keys`, but for the project. */
export interface KeyDraft {
  name: string
  environment: Environment
  kind: Kind
  scopes: string[]
  expires_at: string | null
  plan_id?: string
  owner_member_id?: string
  network?: ReturnType<typeof networkOf>
  tags: string[]
  metadata: Record<string, unknown>
}

interface KeyFormProps {
  readonly options: ExpiryRule & {
    readonly scopes: readonly string[]
    readonly scope_ceiling: readonly string[] | null
  }
  readonly submit: (draft: KeyDraft) => void
  readonly isPending: boolean
  readonly error: Error | null
}

const POINTERS = [
  '/name',
  '/scopes',
  '/expires_at',
  '/network',
  '/tags',
  '/metadata',
  '/plan_id',
  '/owner_member_id',
]

export function KeyForm({ options, submit, isPending, error }: KeyFormProps) {
  const [name, setName] = useState('')
  const [environment, setEnvironment] = useState<Environment>('live')
  const [kind, setKind] = useState<Kind>('secret')
  const [scopes, setScopes] = useState<ReadonlySet<string>>(new Set())
  const [expiry, setExpiry] = useState<ExpiryChoice>(() => firstExpiry(options))
  const [custom, setCustom] = useState('')
  const [network, setNetwork] = useState(ANYWHERE)
  const [tags, setTags] = useState('')
  const [metadata, setMetadata] = useState('')
  const [planId, setPlanId] = useState('')
  const [ownerId, setOwnerId] = useState('')
  const [missing, setMissing] = useState<Error | null>(null)
  // Counted from when the form was opened: the same submission, sent again, asks for the same key.
  const [openedAt] = useState(() => Date.now())
  const can = useCan()
  const plans = usePlanNames()
  const members = useMemberNames()
  const shown = missing ?? error
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    const expiresAt = expiryTime(expiry, custom, options, openedAt)
    const read = readMetadata(metadata)
    if (expiresAt === undefined) return setMissing(fieldError('/expires_at', 'Choose a day and a time.'))
    if ('error' in read) return setMissing(fieldError('/metadata', read.error))
    setMissing(null)
    const policy = networkOf(network)
    submit({
      name: name.trim(),
      environment,
      kind,
      scopes: [...scopes],
      expires_at: expiresAt,
      tags: [...listOf(tags)],
      metadata: read.value,
      ...(planId === '' ? {} : { plan_id: planId }),
      ...(ownerId === '' ? {} : { owner_member_id: ownerId }),
      ...(Object.keys(policy).length === 0 ? {} : { network: policy }),
    })
  }
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-5">
      <TextField
        label="Name"
        help="What uses it, such as Checkout service."
        value={name}
        change={setName}
        required
        maxLength={128}
        pointer="/name"
        error={shown}
      />
      <Choice
        label="Environment"
        value={environment}
        change={(value) => setEnvironment(value === 'test' ? 'test' : 'live')}
        options={[
          { value: 'live', label: 'Live' },
          { value: 'test', label: 'Test' },
        ]}
      />
      <ScopePicker
        offered={options.scopes}
        ceiling={options.scope_ceiling}
        chosen={scopes}
        change={setScopes}
        error={shown instanceof Problem ? shown.of('/scopes') : null}
      />
      <Choice
        label="Expires"
        value={expiry}
        change={(value) => {
          if (isExpiryChoice(value)) setExpiry(value)
        }}
        options={expiryOptions(options)}
        pointer="/expires_at"
        error={expiry === 'custom' ? null : shown}
      />
      {expiry === 'custom' && (
        <TextField
          label="Expires at"
          type="datetime-local"
          value={custom}
          change={setCustom}
          required
          pointer="/expires_at"
          error={shown}
        />
      )}
      <details className="rounded-xl p-4 ring ring-kumo-line" open={opensMore(shown)}>
        <summary className="cursor-pointer font-medium">More settings</summary>
        <div className="mt-4 flex flex-col gap-5">
          <Choice
            label="Kind"
            help="A publishable key may stand in a page or an app: give it web origins."
            value={kind}
            change={(value) => setKind(value === 'publishable' ? 'publishable' : 'secret')}
            options={[
              { value: 'secret', label: 'Secret' },
              { value: 'publishable', label: 'Publishable' },
            ]}
          />
          <NetworkFields value={network} change={setNetwork} error={shown} />
          <TextField
            label="Tags"
            help="With commas between them."
            value={tags}
            change={setTags}
            pointer="/tags"
            error={shown}
          />
          {can('plans:assign') && (
            <NameChoice
              label="Plan"
              names={plans}
              none="That of the project or the organization"
              value={planId}
              change={setPlanId}
              pointer="/plan_id"
              error={shown}
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
              error={shown}
            />
          )}
          <TextField
            isMultiline
            label="Metadata"
            help="A JSON object of your own, such as an id in your system."
            value={metadata}
            change={setMetadata}
            pointer="/metadata"
            error={shown}
          />
        </div>
      </details>
      <FormError error={shown} pointers={POINTERS} />
      <Button type="submit" variant="primary" className="self-start" loading={isPending}>
        Create key
      </Button>
    </form>
  )
}

/** Where the fault stands among the settings that are folded away, they unfold. */
function opensMore(error: Error | null): boolean | undefined {
  if (!(error instanceof Problem)) return undefined
  return (
    ['/network', '/tags', '/metadata', '/plan_id', '/owner_member_id'].some(
      (pointer) => error.of(pointer) !== null,
    ) || undefined
  )
}

/** Of what the form itself finds, in the API's own terms. */
function fieldError(pointer: string, detail: string): Problem {
  return new Problem(422, { code: 'value_refused', title: 'Not yet', detail, errors: [{ pointer, detail }] })
}
