// Who may take back that something was stopped. Pure.
import type { ActorType } from '../model/vocabulary.ts'

/**
 * What an operator stopped, an operator alone lets go on: whoever it was stopped for would let it go on at once.
 * @param by who stopped it; null: nobody has noted it
 */
export function mayTakeBack(actor: ActorType, by: ActorType | null): boolean {
  return by !== 'operator' || actor === 'operator'
}

/**
 * Who counts as having stopped it: the first who did, until an operator does.
 * @param before who stopped it already; null: nobody
 */
export function stoppedBy(before: ActorType | null, actor: ActorType): ActorType {
  return actor === 'operator' ? actor : (before ?? actor)
}
