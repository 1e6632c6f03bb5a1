// An upstream, made or changed: an address or a service binding, how long it may take, and how often it is tried again.
import { useState } from 'react'
import { Choice, TextField } from '../ui/fields.tsx'
import { SubmitForm } from '../ui/submit-form.tsx'

export interface UpstreamDraft {
  name: string
  url?: string
  service?: string
  timeout_ms?: number
  retries?: number
}

interface UpstreamFormProps {
  /** Null: a new one. */
  readonly upstream?: {
    readonly name: string
    readonly url: string | null
    readonly service: string | null
    readonly timeout_ms: number
    readonly retries: number
  }
  readonly action: string
  readonly submit: (draft: UpstreamDraft) => void
  readonly cancel?: () => void
  readonly isPending: boolean
  readonly error: Error | null
}

export function UpstreamForm({ upstream, action, submit, cancel, isPending, error }: UpstreamFormProps) {
  const [name, setName] = useState(upstream?.name ?? '')
  const [kind, setKind] = useState((upstream?.service ?? null) === null ? 'url' : 'service')
  const [url, setUrl] = useState(upstream?.url ?? '')
  const [service, setService] = useState(upstream?.service ?? '')
  const [timeout, setTimeoutMs] = useState(String(upstream?.timeout_ms ?? ''))
  const [retries, setRetries] = useState(String(upstream?.retries ?? ''))
  const draft: UpstreamDraft = {
    name: name.trim(),
    ...(kind === 'url' ? { url: url.trim() } : { service: service.trim() }),
    ...(timeout === '' ? {} : { timeout_ms: Number(timeout) }),
    ...(retries === '' ? {} : { retries: Number(retries) }),
  }
  return (
    <SubmitForm
      action={action}
      submit={() => submit(draft)}
      {...(cancel === undefined ? {} : { cancel })}
      isPending={isPending}
      error={error}
      pointers={['/name', '/url', '/service', '/timeout_ms', '/retries']}
    >
      <TextField
        label="Name"
        value={name}
        change={setName}
        required
        maxLength={128}
        pointer="/name"
        error={error}
      />
      <Choice
        label="Kind"
        value={kind}
        change={setKind}
        options={[
          { value: 'url', label: 'An address' },
          { value: 'service', label: 'A Worker of this account' },
        ]}
      />
      {kind === 'url' ? (
        <TextField
          type="url"
          label="Address"
          help="https, without a path, such as https://origin.example.com."
          value={url}
          change={setUrl}
          required
          pointer="/url"
          error={error}
        />
      ) : (
        <TextField
          label="Service binding"
          help="Its name in wrangler.toml."
          value={service}
          change={setService}
          required
          pointer="/service"
          error={error}
        />
      )}
      <TextField
        type="number"
        min={1}
        label="Timeout, milliseconds"
        help="Until the headers of the answer. Empty: the default."
        value={timeout}
        change={setTimeoutMs}
        pointer="/timeout_ms"
        error={error}
      />
      <TextField
        type="number"
        min={0}
        label="Retries"
        help="Of requests that can be repeated. Empty: the default."
        value={retries}
        change={setRetries}
        pointer="/retries"
        error={error}
      />
    </SubmitForm>
  )
}
