// From when on a change holds everywhere, in a sentence.
import { exact } from '../../ui/when.tsx'
import type { Propagation } from './key.ts'

export function effectOf({
  effective_by: by,
  relays_acknowledged: heard,
  relays_total: all,
}: Propagation): string {
  const relays = all === 0 ? '' : ` ${heard} of ${all} relays have acknowledged it.`
  return `In force everywhere by ${exact(by)}.${relays}`
}
