// A system that is asked about unknown keys, and whose they become.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useProjectNames } from '../api/names.ts'
import { refresh } from '../api/queries.ts'
import { linesOf, listOf } from '../key-form/texts.ts'
import { Choice, TextField } from '../ui/fields.tsx'
import { NameChoice } from '../ui/name-choice.tsx'
import { SubmitForm } from '../ui/submit-form.tsx'
import { fieldOfTime, timeOfField } from '../ui/time-field.ts'
import { toastDone } from '../ui/toasts.ts'
import { put, replaceVerifiers, verifierName, type AskedVerifier, type Verifier } from './imported.ts'

interface VerifierFormProps {
  /** Null: a new one. */
  readonly verifier: Verifier | null
  readonly close: () => void
}

const FIELDS = ['/url', '/protocol', '/authorization', '/prefix', '/project_id', '/scopes', '/until']

export function VerifierForm({ verifier, close }: VerifierFormProps) {
  const projects = useProjectNames()
  const [url, setUrl] = useState(verifier?.url ?? '')
  const [protocol, setProtocol] = useState<Verifier['protocol']>(verifier?.protocol ?? 'introspection')
  const [authorization, setAuthorization] = useState('')
  const [prefix, setPrefix] = useState(verifier?.prefix ?? '')
  const [projectId, setProjectId] = useState(verifier?.project_id ?? '')
  const [scopes, setScopes] = useState(linesOf(verifier?.scopes))
  const [until, setUntil] = useState(fieldOfTime(verifier?.until ?? null))
  const [place, setPlace] = useState(0)
  const save = useMutation({
    mutationFn: () =>
      replaceVerifiers((stored) => {
        const made: AskedVerifier = {
          url: url.trim(),
          protocol,
          ...(authorization !== '' && { authorization }),
          prefix,
          project_id: projectId,
          scopes: [...listOf(scopes)],
          until: timeOfField(until) ?? '',
        }
        const name = verifier === null ? null : verifierName(verifier)
        const list = put(stored, (one) => verifierName(one) === name, made)
        setPlace(list.indexOf(made))
        return list
      }),
    onSuccess: async () => {
      toastDone('Saved the verifier')
      close()
      await refresh()
    },
  })
  const at = (name: string) => ({ pointer: `/shadow_verifiers/${place}${name}`, error: save.error })
  return (
    <SubmitForm
      action="Save verifier"
      submit={() => save.mutate()}
      cancel={close}
      isPending={save.isPending}
      error={save.error}
      pointers={FIELDS.map((name) => at(name).pointer)}
    >
      <TextField type="url" label="Address" value={url} change={setUrl} required {...at('/url')} />
      <Choice
        label="How it is asked"
        value={protocol}
        change={(value) => setProtocol(value === 'bearer' ? 'bearer' : 'introspection')}
        options={[
          { value: 'introspection', label: 'Token introspection (RFC 7662)' },
          { value: 'bearer', label: 'A request with the key, told by its status' },
        ]}
        {...at('/protocol')}
      />
      {protocol === 'introspection' && (
        <TextField
          type="password"
          label="Authorization of whoever asks"
          help={
            verifier === null
              ? 'What it wants in the field Authorization. Empty: nothing. It is never shown again.'
              : 'Empty: what was given for this address before.'
          }
          value={authorization}
          change={setAuthorization}
          {...at('/authorization')}
        />
      )}
      <TextField
        label="Prefix"
        help="Of the keys that it is asked about. Empty: all of a declared format."
        value={prefix}
        change={setPrefix}
        maxLength={32}
        {...at('/prefix')}
      />
      <NameChoice
        label="Project that the keys become part of"
        names={projects}
        none="Choose a project"
        value={projectId}
        change={setProjectId}
        required
        {...at('/project_id')}
      />
      <TextField
        isMultiline
        label="Scopes"
        help="One a line, for keys whose scopes it does not tell."
        value={scopes}
        change={setScopes}
        {...at('/scopes')}
      />
      <TextField
        type="datetime-local"
        label="Asked until"
        help="A year from now at most."
        value={until}
        change={setUntil}
        required
        {...at('/until')}
      />
    </SubmitForm>
  )
}
