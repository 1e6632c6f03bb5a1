// What a key was used for.
import { bodyOf, v1 } from '../../api/client.ts'
import { UsageView } from '../../ui/usage-view.tsx'

export function KeyUsage({ id }: { readonly id: string }) {
  return (
    <UsageView
      of={['key', id]}
      ask={(query) => bodyOf(v1.keys[':id'].usage.$get({ param: { id }, query }))}
    />
  )
}
