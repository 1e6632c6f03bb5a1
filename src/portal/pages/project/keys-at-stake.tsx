// How many keys end with a project, before it is deleted.
import { useQuery } from '@tanstack/react-query'
import { bodyOf, v1 } from '../../api/client.ts'
import { count } from '../../ui/figures.ts'
import { Loaded } from '../../ui/states.tsx'

export function KeysAtStake({ projectId }: { readonly projectId: string }) {
  const asked = useQuery({
    queryKey: ['compliance', 'of', projectId],
    queryFn: () => bodyOf(v1.compliance.$get({ query: { project_id: projectId } })),
    // A key may have been made a moment ago.
    staleTime: 0,
  })
  return (
    <Loaded of={asked} label="Looking how many keys end">
      {({ data: [row] }) => (
        <p className="font-medium">
          {row === undefined || row.active === 0 ? 'No active key ends with it.' : words(row.active)}
        </p>
      )}
    </Loaded>
  )
}

function words(active: number): string {
  return active === 1 ? '1 active key ends with it.' : `${count(active)} active keys end with it.`
}
