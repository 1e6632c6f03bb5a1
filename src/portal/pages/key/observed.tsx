// From where a key was used, for whoever looks who still has it, and for its network policy.
import { useQuery } from '@tanstack/react-query'
import { bodyOf, v1 } from '../../api/client.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { counted } from '../../ui/figures.ts'
import { Loaded, Nothing } from '../../ui/states.tsx'
import { When } from '../../ui/when.tsx'

export interface Observed {
  readonly address: string
  readonly first_seen_at: string
  readonly last_seen_at: string
}

export function useObserved(id: string) {
  return useQuery({
    queryKey: ['keys', 'addresses', id],
    queryFn: () => bodyOf(v1.keys[':id'].addresses.$get({ param: { id } })),
  })
}

export function ObservedAddresses({ id }: { readonly id: string }) {
  const observed = useObserved(id)
  return (
    <Loaded of={observed} label="Loading from where it was used">
      {({ data, kept_days: days }) =>
        data.length > 0 ? (
          <ObservedTable label="Addresses it was used from" rows={data} />
        ) : days === 0 ? (
          <Nothing
            title="It is not kept from where keys are used"
            description="This gateway has it switched off."
          />
        ) : (
          <Nothing
            title={`Not used in the last ${counted(days, 'day')}`}
            description="From where it is used appears here within a minute or two."
          />
        )
      }
    </Loaded>
  )
}

interface ObservedTableProps {
  readonly label: string
  readonly rows: readonly Observed[]
}

export function ObservedTable({ label, rows }: ObservedTableProps) {
  return (
    <DataTable
      label={label}
      rows={rows.map((row) => ({ ...row, id: row.address }))}
      nameOf={(row) => row.address}
      columns={[
        { title: 'Used from', cell: (row) => <code className="break-all">{row.address}</code> },
        { title: 'First seen', cell: (row) => <When at={row.first_seen_at} /> },
        { title: 'Last seen', cell: (row) => <When at={row.last_seen_at} /> },
      ]}
    />
  )
}
