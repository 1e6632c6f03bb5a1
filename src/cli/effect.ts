// When a change is in force everywhere, as its answer says.
import { member, textOf, type Json } from './json.ts'

/** A sentence with a space before it; empty where the answer says nothing of it. */
export function effectOf(answer: Json): string {
  const by = textOf(member(member(answer, 'propagation'), 'effective_by'))
  return by === null ? '' : ` In force everywhere by ${by}.`
}
