// What can be said of an operator: who it is, as what it acts, and until when.
import { useCan } from '../../session/me.ts'
import { Choice, TextField } from '../../ui/fields.tsx'
import { isPlatformRole, PLATFORM_ROLES, type PlatformRole } from './roles.ts'

export interface OperatorDraft {
  readonly name: string
  readonly email: string
  readonly role: PlatformRole
  /** As in a `datetime-local` field; empty: never. */
  readonly expires: string
}

export const OPERATOR_POINTERS = ['/name', '/email', '/role', '/expires_at']

interface OperatorFieldsProps {
  readonly draft: OperatorDraft
  readonly change: (draft: OperatorDraft) => void
  readonly isEmailRequired: boolean
  readonly error: Error | null
}

export function OperatorFields({ draft, change, isEmailRequired, error }: OperatorFieldsProps) {
  const can = useCan()
  return (
    <>
      <TextField
        label="Name"
        value={draft.name}
        change={(name) => change({ ...draft, name })}
        required
        maxLength={128}
        pointer="/name"
        error={error}
      />
      <TextField
        type="email"
        label="E-mail"
        help="Under which a person logs in for the first time. Programs have none."
        value={draft.email}
        change={(email) => change({ ...draft, email })}
        required={isEmailRequired}
        pointer="/email"
        error={error}
      />
      <Choice
        label="Role"
        value={draft.role}
        change={(role) => {
          if (isPlatformRole(role)) change({ ...draft, role })
        }}
        // Nobody gives more than they have.
        options={PLATFORM_ROLES.filter(({ value }) => value !== 'owner' || can('owners:write'))}
        pointer="/role"
        error={error}
      />
      <TextField
        type="datetime-local"
        label="Expires at"
        help="Empty: never."
        value={draft.expires}
        change={(expires) => change({ ...draft, expires })}
        pointer="/expires_at"
        error={error}
      />
    </>
  )
}
