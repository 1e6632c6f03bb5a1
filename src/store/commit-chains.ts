// Changes of several chains in one D1 batch: all of them, or none. The lock is that of a single change (commit.ts), taken of each
// chain that is written to. One batch is of one database, and today there is one.
import { sql, type SQL } from 'drizzle-orm'
import { auditEvents } from '../model/schema/records.ts'
import { auditStatements, eventRow, nextEvent, type Account, type Author, type ChainHead } from './audit.ts'
import { GENESIS_HASH, hashEvent } from './audit-chain.ts'
import { chainDatabase, CONTENDED, MAX_ATTEMPTS } from './commit.ts'
import { orConflict, type Conflict } from './conflict.ts'
import { open, type Database, type Databases } from './database.ts'
import { lostChainPosition } from './failure.ts'
import { outboxRow, outboxStatements, type OutboxRow } from './outbox.ts'
import type { ChangeName } from '../feed/change.ts'
import { err, ok, type Result } from '../result.ts'
import { runBatch, type Statement } from './statement.ts'

export interface ChainAccount extends Account {
  /** An organization's id, or `platform`. */
  readonly chain: string
}

export interface ChainsDraft {
  /** In the order in which they are told. */
  readonly accounts: readonly ChainAccount[]
  readonly statements: (db: Database) => readonly Statement[]
  readonly publish: readonly ChangeName[]
  /** Must still hold when the batch runs, where chains decide that are not written to. */
  readonly condition?: SQL | undefined
}

export interface ChainsChange<T extends ChainsDraft, E> {
  /** Chains that may be written to and have begun; others are new, and nobody else knows them. */
  readonly chains: () => Promise<readonly string[]>
  /** Reads and decides, behind the heads of the chains. Null: a chain has turned up that was not among them. Run again. */
  readonly draft: (chains: ReadonlySet<string>) => Promise<Result<T | null, E>>
  readonly unique: readonly string[]
}

export interface CommittedChains<T> {
  readonly drafted: T
  readonly outbox: readonly OutboxRow[]
}

/** Statements that all attempts of one request may take together: D1 has 1,000 for a request, and what is read takes some. */
const MAX_SPENT = 900

/** @param pause lets others finish before attempt n, from 1 */
export async function commitChains<T extends ChainsDraft, E>(
  databases: Databases,
  { chains, draft, unique }: ChainsChange<T, E>,
  author: Author,
  pause: (attempt: number) => Promise<void>,
): Promise<Result<CommittedChains<T>, E | Conflict | typeof CONTENDED>> {
  const db = open(databases.primary)
  let spent = 0
  for (let count = 1; count <= MAX_ATTEMPTS; count++) {
    const known = await chains()
    const heads = await readHeads(db, known)
    const drafted = await draft(new Set(known))
    if (!drafted.ok) return drafted
    if (drafted.value !== null) {
      const written = await write(databases, db, heads, drafted.value, unique, author)
      if (!('lost' in written)) return written
      spent += written.lost
      // One more of this size would be cut off by the platform, and nobody could tell what of the request was done.
      if (spent + written.lost > MAX_SPENT) return err(CONTENDED)
    }
    await pause(count)
  }
  return err(CONTENDED)
}

/** A chain went on meanwhile. */
interface Lost {
  /** Statements that the attempt took. */
  readonly lost: number
}

async function write<T extends ChainsDraft>(
  databases: Databases,
  db: Database,
  heads: ReadonlyMap<string, ChainHead>,
  drafted: T,
  unique: readonly string[],
  author: Author,
): Promise<Result<CommittedChains<T>, Conflict> | Lost> {
  const elsewhere = drafted.accounts.find(
    ({ chain }) => chainDatabase(databases, chain) !== databases.primary,
  )
  if (elsewhere !== undefined) throw new Error('One batch cannot span two databases')
  const outbox = drafted.publish.map(outboxRow)
  const events = await eventsAfter(heads, drafted.accounts, author)
  const batch = [
    ...auditStatements(db, events, drafted.condition),
    ...drafted.statements(db),
    ...outboxStatements(db, outbox, author.at),
  ]
  try {
    const written = await orConflict(runBatch(db, batch), unique)
    return written.ok ? ok({ drafted, outbox }) : written
  } catch (error) {
    if (lostChainPosition(error)) return { lost: batch.length }
    throw error
  }
}

/** One after the other: each hash covers the one before it in its chain. */
export async function eventsAfter(
  heads: ReadonlyMap<string, ChainHead>,
  accounts: readonly ChainAccount[],
  author: Author,
) {
  const rows: ReturnType<typeof eventRow>[] = []
  const last = new Map(heads)
  for (const { chain, ...account } of accounts) {
    const head = last.get(chain) ?? { seq: 0, hash: GENESIS_HASH }
    const event = nextEvent(chain, head, account, author)
    const hash = await hashEvent(head.hash, event)
    rows.push(eventRow(event, { prevHash: head.hash, hash }))
    last.set(chain, { seq: event.seq, hash })
  }
  return rows
}

/** The last event of each chain that has one. */
async function readHeads(db: Database, chains: readonly string[]): Promise<ReadonlyMap<string, ChainHead>> {
  const rows = await headsQuery(db, chains)
  return new Map(rows.map(({ chain, seq, hash }) => [chain, { seq, hash }]))
}

/** Exported for the test that reads its query plan. */
export function headsQuery(db: Database, chains: readonly string[]) {
  const last = sql`(SELECT max(e.seq) FROM ${auditEvents} AS e WHERE e.organization_id = given.value)`
  return db.all<ChainHead & { readonly chain: string }>(sql`
    SELECT given.value AS chain, a.seq AS seq, a.hash AS hash
    FROM json_each(${JSON.stringify(chains)}) AS given
    JOIN ${auditEvents} AS a ON a.organization_id = given.value AND a.seq = ${last}
  `)
}
