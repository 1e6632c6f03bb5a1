// The fields of a policy for keys.
import { Checkbox } from '../ui/checkbox.tsx'
import { Choice, TextField } from '../ui/fields.tsx'
import type { PolicyTexts } from './policy.ts'

interface PolicyFieldsProps {
  readonly value: PolicyTexts
  readonly change: (value: PolicyTexts) => void
  readonly error: Error | null
  /** Where the policy stands in the body: `/policy`. */
  readonly pointer: string
}

export function PolicyFields({ value, change, error, pointer }: PolicyFieldsProps) {
  return (
    <fieldset className="flex flex-col gap-4">
      <legend className="mb-2 font-medium">Policy for keys</legend>
      <TextField
        type="number"
        min={1}
        label="Longest lifetime, days"
        help="Empty: any."
        value={value.lifetime}
        change={(lifetime) => change({ ...value, lifetime })}
        pointer={`${pointer}/max_lifetime_days`}
        error={error}
      />
      <TextField
        type="number"
        min={1}
        label="Due for rotation after, days"
        help="Older keys are reported. Empty: never."
        value={value.rotation}
        change={(rotation) => change({ ...value, rotation })}
        pointer={`${pointer}/rotation_age_days`}
        error={error}
      />
      <TextField
        type="number"
        min={1}
        label="Idle after, days"
        help="Keys that were not used for longer are reported. Empty: never."
        value={value.idle}
        change={(idle) => change({ ...value, idle })}
        pointer={`${pointer}/idle_days`}
        error={error}
      />
      <Choice
        label="Keys without an expiry"
        value={value.neverExpires}
        change={(neverExpires) => change({ ...value, neverExpires })}
        pointer={`${pointer}/never_expires`}
        error={error}
        options={[
          { value: '', label: 'As the levels above say' },
          { value: 'allow', label: 'Allowed' },
          { value: 'refuse', label: 'Refused' },
        ]}
      />
      <Checkbox
        label="Limit the scopes that a key may have"
        checked={value.hasCeiling}
        onCheckedChange={(hasCeiling) => change({ ...value, hasCeiling })}
      />
      {value.hasCeiling && (
        <TextField
          isMultiline
          label="Scopes at most"
          help="One a line. Empty: none at all."
          value={value.ceiling}
          change={(ceiling) => change({ ...value, ceiling })}
          pointer={`${pointer}/scope_ceiling`}
          error={error}
        />
      )}
    </fieldset>
  )
}
