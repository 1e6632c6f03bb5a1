// Invites somebody: who, as what. Afterwards the link to send.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useAttempt } from '../../api/attempt.ts'
import { bodyOf, v1 } from '../../api/client.ts'
import { useOrganizationNames, useTeamNames } from '../../api/names.ts'
import { refresh } from '../../api/queries.ts'
import { isOperator, useMe } from '../../session/me.ts'
import { Choice, TextField } from '../../ui/fields.tsx'
import { LinkPanel } from '../../ui/link-panel.tsx'
import { NameChoice } from '../../ui/name-choice.tsx'
import { SubmitForm } from '../../ui/submit-form.tsx'
import { givable, isRole, type MemberRole } from './roles.ts'

interface InviteProps {
  /** Chosen already, where the list was filtered by it. */
  readonly organizationId: string
  readonly close: () => void
}

export function Invite({ organizationId: chosen, close }: InviteProps) {
  const attempt = useAttempt()
  const me = useMe()
  const organizations = useOrganizationNames()
  const [organizationId, setOrganizationId] = useState(me.organization?.id ?? chosen)
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [role, setRole] = useState<MemberRole>(me.role === 'team_lead' ? 'team_lead' : 'member')
  const [teamId, setTeamId] = useState(me.team?.id ?? '')
  const teams = useTeamNames(organizationId === '' ? undefined : organizationId)
  const invite = useMutation({
    mutationFn: async () => {
      const json = {
        organization_id: organizationId,
        email: email.trim(),
        role,
        ...(name.trim() === '' ? {} : { name: name.trim() }),
        ...(role === 'team_lead' ? { team_id: teamId } : {}),
      }
      return bodyOf(v1.members.$post({ json }, await attempt(json)))
    },
    onSuccess: refresh,
    gcTime: 0,
  })
  if (invite.data !== undefined)
    return (
      <LinkPanel
        url={invite.data.url}
        expiresAt={invite.data.expires_at}
        whose={invite.data.member.email}
        done={close}
      />
    )
  const field = { error: invite.error }
  return (
    <SubmitForm
      action="Invite member"
      submit={() => invite.mutate()}
      cancel={close}
      isPending={invite.isPending}
      error={invite.error}
      pointers={['/organization_id', '/email', '/name', '/role', '/team_id']}
    >
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
      <TextField
        type="email"
        label="E-mail"
        help="The address that the identity provider has verified."
        value={email}
        change={setEmail}
        required
        pointer="/email"
        {...field}
      />
      <TextField label="Name" value={name} change={setName} maxLength={128} pointer="/name" {...field} />
      <Choice
        label="Role"
        value={role}
        change={(value) => {
          if (isRole(value)) setRole(value)
        }}
        options={givable(me)}
        pointer="/role"
        {...field}
      />
      {role === 'team_lead' && (
        <NameChoice
          label="Team"
          names={teams}
          none="Choose a team"
          value={teamId}
          change={setTeamId}
          required
          pointer="/team_id"
          {...field}
        />
      )}
    </SubmitForm>
  )
}
