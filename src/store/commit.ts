// The one way a change is written: its rows, its audit event and its outbox row in one D1 batch, which is a transaction.
//
// The audit chain is also the lock. A writer reads the head of its organization's chain, then what it is about to change,
// and writes at the next position; whoever else wrote to this organization meanwhile has taken the position, the unique
// index undoes the whole batch, and the writer looks again. So a decision is never made on rows that had changed by the time
// it was written, and the chain has no gaps.
import type { SQL } from 'drizzle-orm'
import type { ChangeName } from '../feed/change.ts'
import { err, ok, type Result } from '../result.ts'
import { auditStatement, nextEvent, readHead, type Account, type Author, type ChainHead } from './audit.ts'
import { hashEvent, PLATFORM_CHAIN } from './audit-chain.ts'
import { orConflict, type Conflict } from './conflict.ts'
import { databaseOf, open, type Database, type Databases } from './database.ts'
import { lostChainPosition } from './failure.ts'
import { outboxRow, outboxStatement, type OutboxRow } from './outbox.ts'
import { runBatch, type Statement } from './statement.ts'

/** What becomes of a resource. */
export interface Draft<T> {
  /** As it will be. */
  readonly result: T
  readonly statements: (db: Database) => readonly Statement[]
  /** Null: nothing changes, so nothing is written of it. It may still have to be published. */
  readonly account: Account | null
  /** Must still hold when the batch runs, where rows outside this chain decide; else everything is looked at again. */
  readonly condition?: SQL | undefined
  /** Null: nothing that is cached depends on it. */
  readonly publish: ChangeName | null
  /** What else the edge has to learn of, where one change reaches more than one thing. */
  readonly publishAlso?: readonly ChangeName[]
}

export interface Change<T, E> {
  /** An organization's id or `platform`: whose audit chain, and so which database. */
  readonly chain: string
  /** Reads and decides. Run again when another change came between; must read from `db`'s primary, and write nothing. */
  readonly draft: () => Promise<Result<Draft<T>, E>>
  /** Fields, snake_case, whose value may be taken by another row. */
  readonly unique: readonly string[]
}

export interface Committed<T> {
  readonly result: T
  /** What is to be published now; the rows stand in the database of the chain. */
  readonly outbox: readonly OutboxRow[]
}

/** Too many others changed the same organization at the same time. Nothing was written. */
export const CONTENDED = 'contended'

export const MAX_ATTEMPTS = 30

/**
 * Writes a change.
 * @param pause lets others finish before attempt n, from 1
 */
export async function commit<T, E>(
  databases: Databases,
  { chain, draft, unique }: Change<T, E>,
  author: Author,
  pause: (attempt: number) => Promise<void>,
): Promise<Result<Committed<T>, E | Conflict | typeof CONTENDED>> {
  const db = open(chainDatabase(databases, chain))
  const attempt = async (head: ChainHead): Promise<Result<Committed<T>, E | Conflict>> => {
    const drafted = await draft()
    if (!drafted.ok) return drafted
    const { result, publish, publishAlso = [] } = drafted.value
    const outbox = (publish === null ? publishAlso : [publish, ...publishAlso]).map(outboxRow)
    const batch = await statementsOf(db, chain, head, drafted.value, author, outbox)
    const written = await orConflict(runBatch(db, batch), unique)
    return written.ok ? ok({ result, outbox }) : written
  }
  const placed = await atHead(db, chain, attempt, pause)
  return placed === CONTENDED ? err(CONTENDED) : placed
}

/**
 * Runs an attempt to write the next events of a chain, again when another writer came between.
 * @param attempt reads after the head was read, so that what it writes at the next position was decided on what was there
 * @param maxAttempts at least one
 */
export async function atHead<T>(
  db: Database,
  chain: string,
  attempt: (head: ChainHead) => Promise<T>,
  pause: (attempt: number) => Promise<void>,
  maxAttempts = MAX_ATTEMPTS,
): Promise<T | typeof CONTENDED> {
  for (let count = 1; count <= maxAttempts; count++) {
    const head = await readHead(db, chain)
    try {
      return await attempt(head)
    } catch (error) {
      if (!lostChainPosition(error)) throw error
    }
    await pause(count)
  }
  return CONTENDED
}

/** The database that holds an organization, or the configuration. */
export function chainDatabase(databases: Databases, chain: string): D1Database {
  return chain === PLATFORM_CHAIN ? databases.primary : databaseOf(databases, chain)
}

// The event first: when its position is gone, nothing else of the batch is even tried.
async function statementsOf<T>(
  db: Database,
  chain: string,
  head: ChainHead,
  { account, condition, statements }: Draft<T>,
  author: Author,
  outbox: readonly OutboxRow[],
): Promise<readonly Statement[]> {
  const published = outbox.map((row) => outboxStatement(db, row, author.at))
  if (account === null) return published
  const event = nextEvent(chain, head, account, author)
  const hashes = { prevHash: head.hash, hash: await hashEvent(head.hash, event) }
  return [auditStatement(db, event, hashes, condition), ...statements(db), ...published]
}
