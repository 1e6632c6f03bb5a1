// Whether a customer, a team, a project or an operator goes on.
import { Badge } from '../ui/badge.tsx'

const LOOKS: Readonly<Record<string, 'green' | 'orange' | 'red'>> = {
  active: 'green',
  suspended: 'orange',
  deleted: 'red',
}

export function TenantState({ state }: { readonly state: string }) {
  return <Badge variant={LOOKS[state] ?? 'green'}>{state}</Badge>
}
