// Operators in D1: how they are found, made, written and listed.
import { and, desc, eq, isNull, lt, ne, or, sql } from 'drizzle-orm'
import { operators } from '../model/schema/records.ts'
import type { PlatformRole } from '../model/vocabulary.ts'
import { open, type Database, type Databases } from './database.ts'
import { operatorActs, type OperatorRow } from './holders.ts'
import { before, rowsToRead, toPage, type Page, type PageRequest } from './page.ts'
import { completeRow, type Statement } from './statement.ts'

/** An operator as it will be stored. */
export function newOperatorRow(given: typeof operators.$inferInsert): OperatorRow {
  return completeRow(operators, given)
}

export function insertOperator(db: Database, row: OperatorRow): readonly Statement[] {
  return [db.insert(operators).values(row)]
}

/** At the version that was judged. */
export function updateOperator(db: Database, row: OperatorRow, set: Partial<OperatorRow>): Statement {
  const same = and(eq(operators.id, row.id), eq(operators.version, row.version))
  return db.update(operators).set(set).where(same)
}

/** An operator that is not deleted. */
export async function findOperator(databases: Databases, id: string): Promise<OperatorRow | null> {
  const row = await open(databases.primary)
    .select()
    .from(operators)
    .where(and(eq(operators.id, id), ne(operators.state, 'deleted')))
    .get()
  return row ?? null
}

/** An operator who waits for a first login under this address, whether it may act or not. */
export async function findOperatorByEmail(databases: Databases, email: string): Promise<OperatorRow | null> {
  const row = await operatorByEmailQuery(open(databases.primary), email).get()
  return row ?? null
}

/** Exported for the test that reads its query plan. */
export function operatorByEmailQuery(db: Database, email: string) {
  return db
    .select()
    .from(operators)
    .where(
      and(
        sql`lower(${operators.email}) = lower(${email})`,
        isNull(operators.subject),
        ne(operators.state, 'deleted'),
      ),
    )
    .limit(1)
}

/** Who holds a key and may act. @param hash SHA-256 of the key, hex @param now epoch milliseconds */
export async function findOperatorByKey(
  databases: Databases,
  hash: string,
  now: number,
): Promise<OperatorRow | null> {
  const row = await operatorByKeyQuery(open(databases.primary), hash, now).get()
  return row ?? null
}

/** Exported for the test that reads its query plan. */
export function operatorByKeyQuery(db: Database, hash: string, now: number) {
  return db
    .select()
    .from(operators)
    .where(and(eq(operators.hash, hash), operatorActs(now)))
}

export interface OperatorFilter {
  readonly role?: PlatformRole | undefined
  readonly email?: string | undefined
  /** Without it, all but the deleted ones. */
  readonly state?: OperatorRow['state'] | undefined
}

export async function listOperators(
  databases: Databases,
  filter: OperatorFilter,
  page: PageRequest,
): Promise<Page<OperatorRow>> {
  return toPage([await operatorsQuery(open(databases.primary), filter, page)], page)
}

/**
 * Operators are the staff of one deployment, tens of rows: what no index serves is looked at row by row.
 *
 * Exported for the test that reads its query plan.
 */
export function operatorsQuery(db: Database, { role, email, state }: OperatorFilter, page: PageRequest) {
  return db
    .select()
    .from(operators)
    .where(
      and(
        state === undefined ? ne(operators.state, 'deleted') : eq(operators.state, state),
        role === undefined ? undefined : eq(operators.role, role),
        email === undefined ? undefined : sql`lower(${operators.email}) = lower(${email})`,
        lt(operators.id, before(page)),
      ),
    )
    .orderBy(desc(operators.id))
    .limit(rowsToRead(page))
}

/** Whether an active owner without end is left besides this one. */
export async function hasOtherLastingOwner(databases: Databases, id: string): Promise<boolean> {
  return (await otherLastingOwnerQuery(open(databases.primary), id).get()) !== undefined
}

/** Exported for the test that reads its query plan. */
export function otherLastingOwnerQuery(db: Database, id: string) {
  return db
    .select({ id: operators.id })
    .from(operators)
    .where(
      and(
        eq(operators.state, 'active'),
        eq(operators.role, 'owner'),
        isNull(operators.expiresAt),
        ne(operators.id, id),
      ),
    )
    .limit(1)
}

/** Writes down that the key is in use. Never backwards. @param now epoch milliseconds */
export async function touchOperator(databases: Databases, id: string, now: number): Promise<void> {
  await open(databases.primary)
    .update(operators)
    .set({ lastUsedAt: now })
    .where(and(eq(operators.id, id), or(isNull(operators.lastUsedAt), lt(operators.lastUsedAt, now))))
}
