// Changes a project: what all tenants have, its team, and by operators what its keys can do.
import type { InferResponseType } from 'hono/client'
import { useState } from 'react'
import { bodyOf, v1 } from '../../api/client.ts'
import { useTeamNames } from '../../api/names.ts'
import { useCan, useMe } from '../../session/me.ts'
import { TenantForm } from '../../tenants/tenant-form.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { NameChoice } from '../../ui/name-choice.tsx'

interface EditProjectProps {
  readonly project: InferResponseType<(typeof v1.projects)[':id']['$get'], 200>
  readonly close: () => void
}

export function EditProject({ project, close }: EditProjectProps) {
  const can = useCan()
  const me = useMe()
  const teams = useTeamNames(project.organization_id)
  const [teamId, setTeamId] = useState(project.team_id ?? '')
  const [isRecoverable, setRecoverable] = useState(project.recoverable)
  const [hasSelfRotation, setSelfRotation] = useState(project.self_rotation)
  const mayRule = can('plans:assign')
  // The projects of a team stay in it, as far as its leads go.
  const mayMove = me.team === null
  return (
    <TenantForm
      tenant={project}
      close={close}
      pointers={['/team_id']}
      save={(change, headers) => {
        const json = {
          ...change,
          ...(mayMove ? { team_id: teamId === '' ? null : teamId } : {}),
          ...(mayRule ? { recoverable: isRecoverable, self_rotation: hasSelfRotation } : {}),
        }
        return bodyOf(v1.projects[':id'].$patch({ param: { id: project.id }, query: {}, json }, { headers }))
      }}
    >
      {(error) => (
        <>
          {mayMove && (
            <NameChoice
              label="Team"
              names={teams}
              none="None"
              value={teamId}
              change={setTeamId}
              pointer="/team_id"
              error={error}
            />
          )}
          {mayRule && (
            <>
              <Checkbox
                label="Keys can be shown again"
                description={
                  project.recoverable
                    ? 'Without it, what is stored of its keys to show them is forgotten, for good.'
                    : 'Keys that are made from now on are stored sealed.'
                }
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
        </>
      )}
    </TenantForm>
  )
}
