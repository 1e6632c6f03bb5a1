// Makes a project: whose it is, and, for operators, what its keys are like.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { useAttempt } from '../../api/attempt.ts'
import { bodyOf, v1 } from '../../api/client.ts'
import { useOrganizationNames, usePlanNames, useTeamNames } from '../../api/names.ts'
import { refresh } from '../../api/queries.ts'
import { pathTo } from '../../places.ts'
import { isOperator, useCan, useMe } from '../../session/me.ts'
import { Checkbox } from '../../ui/checkbox.tsx'
import { TextField } from '../../ui/fields.tsx'
import { NameChoice } from '../../ui/name-choice.tsx'
import { SubmitForm } from '../../ui/submit-form.tsx'
import { toastDone } from '../../ui/toasts.ts'

interface NewProjectProps {
  /** Chosen already, where the list was filtered by it. */
  readonly organizationId: string
  readonly teamId: string
  readonly close: () => void
}

const POINTERS = ['/name', '/organization_id', '/team_id', '/plan_id', '/key_prefix']

export function NewProject({ close, ...chosen }: NewProjectProps) {
  const me = useMe()
  const can = useCan()
  const [, go] = useLocation()
  const attempt = useAttempt()
  const organizations = useOrganizationNames()
  const plans = usePlanNames()
  const [name, setName] = useState('')
  const [organizationId, setOrganizationId] = useState(me.organization?.id ?? chosen.organizationId)
  const [teamId, setTeamId] = useState(me.team?.id ?? chosen.teamId)
  const [planId, setPlanId] = useState('')
  const [prefix, setPrefix] = useState('')
  const [isRecoverable, setRecoverable] = useState(false)
  const [hasSelfRotation, setSelfRotation] = useState(false)
  const teams = useTeamNames(organizationId === '' ? undefined : organizationId)
  const mayRule = can('plans:assign')
  const create = useMutation({
    mutationFn: async () => {
      const json = {
        organization_id: organizationId,
        name: name.trim(),
        ...(teamId === '' ? {} : { team_id: teamId }),
        ...(planId === '' ? {} : { plan_id: planId }),
        ...(prefix.trim() === '' ? {} : { key_prefix: prefix.trim() }),
        ...(mayRule ? { recoverable: isRecoverable, self_rotation: hasSelfRotation } : {}),
      }
      return bodyOf(v1.projects.$post({ json }, await attempt(json)))
    },
    onSuccess: async ({ id, name: made }) => {
      toastDone(`Created ${made}`)
      close()
      go(pathTo('project', id))
      await refresh()
    },
  })
  const field = { error: create.error }
  return (
    <SubmitForm
      action="Create project"
      submit={() => create.mutate()}
      cancel={close}
      isPending={create.isPending}
      error={create.error}
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
      {isOperator(me) && (
        <NameChoice
          label="Organization"
          names={organizations}
          none="Choose an organization"
          value={organizationId}
          change={(id) => {
            setOrganizationId(id)
            // A team of the one before would be refused.
            setTeamId('')
          }}
          required
          pointer="/organization_id"
          {...field}
        />
      )}
      {me.team === null ? (
        <NameChoice
          label="Team"
          names={teams}
          none="None"
          value={teamId}
          change={setTeamId}
          pointer="/team_id"
          {...field}
        />
      ) : (
        <p className="text-kumo-subtle">
          It will belong to your team, <bdi>{me.team.name}</bdi>.
        </p>
      )}
      {mayRule && (
        <>
          <NameChoice
            label="Plan"
            names={plans}
            none="That of the organization"
            value={planId}
            change={setPlanId}
            pointer="/plan_id"
            {...field}
          />
          <TextField
            label="Key prefix"
            help="How its keys begin, for secret scanners: 2 to 12 of a-z and 0-9. Empty: lk. It stays for good."
            value={prefix}
            change={setPrefix}
            maxLength={12}
            pointer="/key_prefix"
            {...field}
          />
          <Checkbox
            label="Keys can be shown again"
            description="They are stored sealed, and not as a hash alone."
            checked={isRecoverable}
            onCheckedChange={setRecoverable}
          />
          <Checkbox
            label="Keys may rotate themselves"
            description="Whoever holds a key can change it for a new one, without logging in."
            checked={hasSelfRotation}
            onCheckedChange={setSelfRotation}
          />
        </>
      )}
    </SubmitForm>
  )
}
