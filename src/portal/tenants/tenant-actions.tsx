// Stops a customer, a team or a project for a while, lets it go on, or deletes it with everything in it.
import { useMutation } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { bodyOf, v1 } from '../api/client.ts'
import { refresh } from '../api/queries.ts'
import { pathTo } from '../places.ts'
import { useCan, type Permission } from '../session/me.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { toastDone } from '../ui/toasts.ts'

export type TenantKind = 'organizations' | 'teams' | 'projects'

interface Tenant {
  readonly id: string
  readonly name: string
  readonly state: string
}

type Verb = 'suspend' | 'resume' | 'delete'
type Call = (id: string) => Promise<unknown>

const args = (id: string) => ({ param: { id }, query: {} })

const CALLS: Readonly<Record<TenantKind, Readonly<Record<Verb, Call>>>> = {
  organizations: {
    suspend: (id) => bodyOf(v1.organizations[':id'].suspend.$post(args(id))),
    resume: (id) => bodyOf(v1.organizations[':id'].resume.$post(args(id))),
    delete: (id) => bodyOf(v1.organizations[':id'].$delete(args(id))),
  },
  teams: {
    suspend: (id) => bodyOf(v1.teams[':id'].suspend.$post(args(id))),
    resume: (id) => bodyOf(v1.teams[':id'].resume.$post(args(id))),
    delete: (id) => bodyOf(v1.teams[':id'].$delete(args(id))),
  },
  projects: {
    suspend: (id) => bodyOf(v1.projects[':id'].suspend.$post(args(id))),
    resume: (id) => bodyOf(v1.projects[':id'].resume.$post(args(id))),
    delete: (id) => bodyOf(v1.projects[':id'].$delete(args(id))),
  },
}

const ABOUT: Readonly<Record<TenantKind, Readonly<Record<Verb, string>>>> = {
  organizations: {
    suspend: 'None of its keys passes, and its members are logged out, until it is resumed.',
    resume: 'Its keys pass again. Its members log in anew.',
    delete: 'All its projects, keys and members go with it, at once and for good.',
  },
  teams: {
    suspend: 'No key of its projects passes until it is resumed.',
    resume: 'The keys of its projects pass again.',
    delete: 'A team is deleted when no project and no lead belongs to it any more.',
  },
  projects: {
    suspend: 'None of its keys passes until it is resumed.',
    resume: 'Its keys pass again.',
    delete: 'All its keys end with it, at once and for good.',
  },
}

const WRITES: Readonly<Record<TenantKind, Permission>> = {
  organizations: 'organizations:write',
  teams: 'teams:write',
  projects: 'projects:write',
}

const LABELS = { suspend: 'Suspend', resume: 'Resume', delete: 'Delete' } as const
const DONE = { suspend: 'Suspended', resume: 'Resumed', delete: 'Deleted' } as const

interface TenantActionsProps {
  readonly kind: TenantKind
  readonly tenant: Tenant
  /** What goes with it when it is deleted, where that can be counted. */
  readonly atStake?: ReactNode
}

export function TenantActions({ kind, tenant, atStake }: TenantActionsProps) {
  const can = useCan()
  const [asked, setAsked] = useState<Verb | null>(null)
  const [, go] = useLocation()
  const { id, name, state } = tenant
  const change = useMutation({
    mutationFn: (verb: Verb) => CALLS[kind][verb](id),
    onSuccess: async (_, verb) => {
      setAsked(null)
      toastDone(`${DONE[verb]} ${name}`)
      if (verb === 'delete') go(pathTo(kind))
      await refresh()
    },
  })
  if (!can(WRITES[kind])) return null
  return (
    <>
      {state === 'suspended' ? (
        <Button onClick={() => setAsked('resume')}>Resume</Button>
      ) : (
        <Button onClick={() => setAsked('suspend')}>Suspend</Button>
      )}
      <Button variant="secondary-destructive" onClick={() => setAsked('delete')}>
        Delete
      </Button>
      <Confirm
        title={asked === null ? '' : `${LABELS[asked]} ${name}?`}
        description={asked === null ? '' : ABOUT[kind][asked]}
        action={asked === null ? '' : `${LABELS[asked]} ${kind.slice(0, -1)}`}
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
      >
        {asked === 'delete' && atStake}
      </Confirm>
    </>
  )
}
