// What is done with one member: another role, another link, or removed.
import { useMutation } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { useState } from 'react'
import { bodyOf, v1 } from '../../api/client.ts'
import { useTeamNames } from '../../api/names.ts'
import { refresh } from '../../api/queries.ts'
import { useCan, useMe } from '../../session/me.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Choice } from '../../ui/fields.tsx'
import { LinkPanel } from '../../ui/link-panel.tsx'
import { Modal } from '../../ui/modal.tsx'
import { NameChoice } from '../../ui/name-choice.tsx'
import { SubmitForm } from '../../ui/submit-form.tsx'
import { toastDone, toastFailure } from '../../ui/toasts.ts'
import { PortalLink } from './portal-link.tsx'
import { givable, isRole } from './roles.ts'

export type Member = InferResponseType<(typeof v1.members)[':id']['$get'], 200>

export function MemberActions({ member }: { readonly member: Member }) {
  const who = member.name ?? member.email
  const [isEditing, setEditing] = useState(false)
  const [isRemoving, setRemoving] = useState(false)
  const [isLinking, setLinking] = useState(false)
  const can = useCan()
  const param = { id: member.id }
  const reinvite = useMutation({
    mutationFn: () => bodyOf(v1.members[':id'].reinvite.$post({ param })),
    onError: toastFailure,
    gcTime: 0,
  })
  const remove = useMutation({
    mutationFn: () => bodyOf(v1.members[':id'].$delete({ param })),
    onSuccess: async () => {
      setRemoving(false)
      toastDone(`Removed ${who}`)
      await refresh()
    },
  })
  return (
    <span className="flex gap-1">
      <Button size="sm" aria-label={`Change the role of ${who}`} onClick={() => setEditing(true)}>
        Change
      </Button>
      {member.state === 'invited' && (
        <Button
          size="sm"
          aria-label={`New link for ${who}`}
          loading={reinvite.isPending}
          onClick={() => reinvite.mutate()}
        >
          New link
        </Button>
      )}
      {member.state === 'active' && can('sessions:write') && (
        <Button size="sm" aria-label={`Portal link for ${who}`} onClick={() => setLinking(true)}>
          Portal link
        </Button>
      )}
      <Button
        size="sm"
        variant="secondary-destructive"
        aria-label={`Remove ${who}`}
        onClick={() => setRemoving(true)}
      >
        Remove
      </Button>
      <Modal title={`Role of ${who}`} isOpen={isEditing} close={() => setEditing(false)}>
        <RoleForm member={member} close={() => setEditing(false)} />
      </Modal>
      <Modal
        title={`A new link for ${who}`}
        isOpen={reinvite.data !== undefined}
        close={() => reinvite.reset()}
      >
        {reinvite.data !== undefined && (
          <LinkPanel
            url={reinvite.data.url}
            expiresAt={reinvite.data.expires_at}
            whose={who}
            done={() => reinvite.reset()}
          />
        )}
      </Modal>
      <Modal title={`Portal link for ${who}`} isOpen={isLinking} close={() => setLinking(false)}>
        <PortalLink memberId={member.id} who={who} close={() => setLinking(false)} />
      </Modal>
      <Confirm
        title={`Remove ${who}?`}
        description="Their sessions end at once. Keys that they own stay, and go on."
        action="Remove member"
        isOpen={isRemoving}
        close={() => {
          remove.reset()
          setRemoving(false)
        }}
        confirm={() => remove.mutate()}
        isPending={remove.isPending}
        error={remove.error}
      />
    </span>
  )
}

function RoleForm({ member, close }: { readonly member: Member; readonly close: () => void }) {
  const me = useMe()
  const [role, setRole] = useState(member.role)
  const [teamId, setTeamId] = useState(member.team_id ?? '')
  // Of what the form began with, also when the list behind it is read again.
  const [version] = useState(member.version)
  const teams = useTeamNames(member.organization_id)
  const save = useMutation({
    mutationFn: () =>
      bodyOf(
        v1.members[':id'].$patch(
          { param: { id: member.id }, json: { role, team_id: role === 'team_lead' ? teamId : null } },
          { headers: { 'If-Match': `"${version}"` } },
        ),
      ),
    onSuccess: async () => {
      toastDone('Changed the role')
      close()
      await refresh()
    },
  })
  return (
    <SubmitForm
      action="Save role"
      submit={() => save.mutate()}
      cancel={close}
      isPending={save.isPending}
      error={save.error}
      pointers={['/role', '/team_id']}
    >
      <Choice
        label="Role"
        value={role}
        change={(value) => {
          if (isRole(value)) setRole(value)
        }}
        options={givable(me)}
        pointer="/role"
        error={save.error}
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
          error={save.error}
        />
      )}
    </SubmitForm>
  )
}
