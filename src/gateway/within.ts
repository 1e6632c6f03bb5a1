// Whose keys an asker may be told of. Of any other it learns nothing, be it good, bad or a child token that has ended: to whoever is
// bound to an organization, all of them are unknown.
import type { KeyFacts } from '../model/snapshot.ts'
import type { Question } from '../model/verification.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, type Result } from '../result.ts'
import { readClaims } from './child-token.ts'
import type { Facts } from './exchange.ts'
import { findKeyByHash, type FoundKey } from './lookup.ts'

export function isWithin({ organizationId, teamId }: KeyFacts, { within }: Question): boolean {
  if (within === null) return true
  return organizationId === within.organizationId && (within.teamId ?? teamId) === teamId
}

/** Why no key was found, as far as the asker may know. A token that has ended is refused before anybody looks whose it was. */
export async function tellable(refusal: Refusal, question: Question, facts: Facts): Promise<Refusal> {
  if (question.within === null || refusal.code !== 'key_expired') return refusal
  const lender = await findLender(question.text, facts)
  if (!lender.ok) return lender.error
  return isWithin(lender.value.key, question) ? refusal : refuse('key_unknown')
}

/** The key that lent a child token, also one that has ended. */
async function findLender(text: string, { config, trace, deps }: Facts): Promise<Result<FoundKey, Refusal>> {
  const claims = await readClaims(text, config, deps)
  return claims === null ? err(refuse('key_malformed')) : findKeyByHash(claims.parentHash, trace.basis, deps)
}
