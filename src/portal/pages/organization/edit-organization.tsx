// Changes an organization: what all tenants have, and where the days of its quotas begin.
import type { InferResponseType } from 'hono/client'
import { useState } from 'react'
import { bodyOf, v1 } from '../../api/client.ts'
import { TenantForm } from '../../tenants/tenant-form.tsx'
import { TextField } from '../../ui/fields.tsx'

interface EditOrganizationProps {
  readonly organization: InferResponseType<(typeof v1.organizations)[':id']['$get'], 200>
  readonly close: () => void
}

export function EditOrganization({ organization, close }: EditOrganizationProps) {
  const [timeZone, setTimeZone] = useState(organization.time_zone)
  return (
    <TenantForm
      tenant={organization}
      close={close}
      pointers={['/time_zone']}
      save={(change, headers) => {
        const json = { ...change, time_zone: timeZone.trim() }
        return bodyOf(
          v1.organizations[':id'].$patch({ param: { id: organization.id }, query: {}, json }, { headers }),
        )
      }}
    >
      {(error) => (
        <TextField
          label="Time zone of quotas"
          help="Where a day and a month begin, such as Europe/Rome."
          value={timeZone}
          change={setTimeZone}
          required
          pointer="/time_zone"
          error={error}
        />
      )}
    </TenantForm>
  )
}
