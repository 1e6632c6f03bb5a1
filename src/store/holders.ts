// Those who can log in: operators, and members of organizations. What they have in common, and what must hold of one who acts;
// their rows are found and written in `operators.ts` and `members.ts`, and by what an identity provider says of them in
// `logins.ts`.
import { and, eq, gt, isNull, or } from 'drizzle-orm'
import { operators } from '../model/schema/records.ts'
import { members, organizations } from '../model/schema/tenants.ts'

export type OperatorRow = typeof operators.$inferSelect
export type MemberRow = typeof members.$inferSelect

/** Whose session it is. */
export type Holder =
  | { readonly kind: 'operator'; readonly row: OperatorRow }
  | { readonly kind: 'member'; readonly row: MemberRow }

/** What must hold of an operator who acts. @param now epoch milliseconds */
export function operatorActs(now: number) {
  return and(eq(operators.state, 'active'), or(isNull(operators.expiresAt), gt(operators.expiresAt, now)))
}

/** A member acts where its organization does. */
export function activeOrganization() {
  return and(eq(organizations.id, members.organizationId), eq(organizations.state, 'active'))
}
