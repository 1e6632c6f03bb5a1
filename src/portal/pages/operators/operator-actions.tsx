// What is done with one operator: stopped for a while, given a new key, or deleted.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { bodyOf, v1 } from '../../api/client.ts'
import { refresh } from '../../api/queries.ts'
import { useCan, useMe } from '../../session/me.ts'
import { mayLeave } from '../../shell/leave-guard.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Modal } from '../../ui/modal.tsx'
import { SecretPanel } from '../../ui/secret-panel.tsx'
import { toastDone } from '../../ui/toasts.ts'
import { EditOperator, type Operator } from './edit-operator.tsx'

type Verb = 'suspend' | 'resume' | 'rotate' | 'delete'

const VERBS: Readonly<Record<Verb, { label: string; about: string; done: string }>> = {
  suspend: {
    label: 'Suspend',
    about: 'The key and the sessions are refused from the next request on.',
    done: 'Suspended',
  },
  resume: {
    label: 'Resume',
    about: 'The key is taken again; whoever logs in does so anew.',
    done: 'Resumed',
  },
  rotate: {
    label: 'New key',
    about: 'The old key ends now, and a new one is shown once.',
    done: 'Gave a new key to',
  },
  delete: {
    label: 'Delete',
    about: 'The key and the sessions end for good. The audit trail stays.',
    done: 'Deleted',
  },
}

export function OperatorActions({ operator }: { readonly operator: Operator }) {
  const me = useMe()
  const can = useCan()
  const [asked, setAsked] = useState<Verb | null>(null)
  const [isEditing, setEditing] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  const { id, name, role, state, start } = operator
  const param = { id }
  const change = useMutation({
    mutationFn: async (verb: Verb): Promise<string | null> => {
      if (verb === 'rotate') return (await bodyOf(v1.operators[':id']['rotate-key'].$post({ param }))).secret
      if (verb === 'suspend') await bodyOf(v1.operators[':id'].suspend.$post({ param, query: {} }))
      if (verb === 'resume') await bodyOf(v1.operators[':id'].resume.$post({ param, query: {} }))
      if (verb === 'delete') await bodyOf(v1.operators[':id'].$delete({ param, query: {} }))
      return null
    },
    onSuccess: async (made, verb) => {
      setAsked(null)
      setSecret(made)
      change.reset()
      toastDone(`${VERBS[verb].done} ${name}`)
      await refresh()
    },
    gcTime: 0,
  })
  // Who lacks an owner's permission cannot unmake one; and nobody stops themselves by a slip.
  if ((role === 'owner' && !can('owners:write')) || id === me.id) return null
  const verbs: readonly Verb[] = [
    state === 'suspended' ? 'resume' : 'suspend',
    ...(start === null ? [] : (['rotate'] as const)),
    'delete',
  ]
  return (
    <span className="grid w-max grid-cols-2 gap-1">
      <Button size="sm" aria-label={`Edit: ${name}`} onClick={() => setEditing(true)}>
        Edit
      </Button>
      {verbs.map((verb) => (
        <Button
          key={verb}
          size="sm"
          variant={verb === 'delete' ? 'secondary-destructive' : 'secondary'}
          aria-label={`${VERBS[verb].label}: ${name}`}
          onClick={() => setAsked(verb)}
        >
          {VERBS[verb].label}
        </Button>
      ))}
      <Modal title={`Edit ${name}`} isOpen={isEditing} close={() => setEditing(false)}>
        <EditOperator operator={operator} close={() => setEditing(false)} />
      </Modal>
      <Confirm
        title={asked === null ? '' : `${VERBS[asked].label}: ${name}?`}
        description={asked === null ? '' : VERBS[asked].about}
        action={asked === null ? '' : `${VERBS[asked].label} operator`}
        {...(asked === 'delete' ? { typed: name } : {})}
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
      <Modal
        title={`The new key of ${name}`}
        isOpen={secret !== null}
        close={() => {
          if (mayLeave()) setSecret(null)
        }}
      >
        {secret !== null && <SecretPanel secret={secret} name={name} done={() => setSecret(null)} />}
      </Modal>
    </span>
  )
}
