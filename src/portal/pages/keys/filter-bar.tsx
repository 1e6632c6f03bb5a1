// What the list of keys is searched by. Everything stands in the address.
import { useOrganizationNames, useProjectNames } from '../../api/names.ts'
import { isOperator, useMe } from '../../session/me.ts'
import { Button } from '../../ui/button.tsx'
import { Choice } from '../../ui/fields.tsx'
import type { Filters } from '../../ui/filters.ts'
import { NameChoice } from '../../ui/name-choice.tsx'
import { SearchField } from '../../ui/search-field.tsx'

export const KEY_FILTERS = [
  'name',
  'last4',
  'tag',
  'state',
  'environment',
  'project_id',
  'organization_id',
  'expires_before',
  'unused_since',
] as const

export type KeyFilters = Filters<(typeof KEY_FILTERS)[number]>

const STATES = ['active', 'pending', 'disabled', 'expired', 'revoked']

export function FilterBar({ filters }: { readonly filters: KeyFilters }) {
  const { values, set, clear, isFiltered } = filters
  const me = useMe()
  const projects = useProjectNames(values.organization_id)
  const organizations = useOrganizationNames()
  return (
    <search className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      <SearchField label="Name" value={values.name} change={(text) => set('name', text)} />
      <SearchField
        label="Last 4 characters"
        value={values.last4}
        change={(text) => set('last4', text)}
        maxLength={4}
      />
      <SearchField label="Tag" value={values.tag} change={(text) => set('tag', text)} />
      <Choice
        label="State"
        value={values.state ?? ''}
        change={(value) => set('state', value)}
        options={[{ value: '', label: 'Any state' }, ...STATES.map((value) => ({ value, label: value }))]}
      />
      <Choice
        label="Environment"
        value={values.environment ?? ''}
        change={(value) => set('environment', value)}
        options={[
          { value: '', label: 'Any environment' },
          { value: 'live', label: 'Live' },
          { value: 'test', label: 'Test' },
        ]}
      />
      {isOperator(me) && (
        <NameChoice
          label="Organization"
          names={organizations}
          none="Any organization"
          value={values.organization_id ?? ''}
          change={(id) => set('organization_id', id)}
        />
      )}
      <NameChoice
        label="Project"
        names={projects}
        none="Any project"
        value={values.project_id ?? ''}
        change={(id) => set('project_id', id)}
      />
      <Choice
        label="Attention"
        value={attentionOf(values)}
        change={(value) => {
          set('expires_before', value.startsWith('expires') ? daysFromNow(Number(value.slice(7))) : '')
          set('unused_since', value.startsWith('unused') ? daysFromNow(-Number(value.slice(6))) : '')
        }}
        options={[
          { value: '', label: 'Any' },
          { value: 'expires7', label: 'Ends within 7 days' },
          { value: 'expires30', label: 'Ends within 30 days' },
          { value: 'unused30', label: 'Unused for 30 days' },
          { value: 'unused90', label: 'Unused for 90 days' },
          ...(attentionOf(values) === 'given' ? [{ value: 'given', label: 'As in the address' }] : []),
        ]}
      />
      {isFiltered && (
        <div className="flex items-end">
          <Button onClick={clear}>Clear filters</Button>
        </div>
      )}
    </search>
  )
}

const DAY_MS = 86_400_000

/** Of the day's beginning, so that the address and the kept answer stay the same for a day. */
function daysFromNow(days: number): string {
  return new Date(Math.floor(Date.now() / DAY_MS + days) * DAY_MS).toISOString()
}

function attentionOf({ expires_before: before, unused_since: since }: KeyFilters['values']): string {
  const presets = [
    ['expires7', before, 7],
    ['expires30', before, 30],
    ['unused30', since, -30],
    ['unused90', since, -90],
  ] as const
  const found = presets.find(([, value, days]) => value === daysFromNow(days))
  if (found !== undefined) return found[0]
  return before === undefined && since === undefined ? '' : 'given'
}
