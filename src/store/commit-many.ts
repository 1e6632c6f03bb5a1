// Many changes of one organization, each with an event of its own, in one D1 batch of few statements. The lock is that of a
// single change (commit.ts): all of them are decided on what is there when they are written, and written together.
import { sql, type SQL } from 'drizzle-orm'
import { auditStatements, type Author, type ChainHead } from './audit.ts'
import { eventsAfter } from './commit-chains.ts'
import { atHead, chainDatabase, type CONTENDED, type Draft } from './commit.ts'
import { open, type Database, type Databases } from './database.ts'
import { outboxRow, outboxStatements, type OutboxRow } from './outbox.ts'
import { runBatch, type Statement } from './statement.ts'

/** What becomes of each. Its own statements are not run: `statements` writes the rows of all. */
export interface ManyDrafts {
  readonly drafts: readonly Omit<Draft<unknown>, 'statements' | 'result'>[]
  readonly statements: (db: Database) => readonly Statement[]
}

export interface ManyChanges<T extends ManyDrafts> {
  /** An organization's id. */
  readonly chain: string
  /** Reads and decides. Run again when another change came between. */
  readonly draft: () => Promise<T>
}

export interface CommittedMany<T> {
  readonly drafted: T
  readonly outbox: readonly OutboxRow[]
}

/**
 * @param pause lets others finish before attempt n, from 1
 * @param maxAttempts at least one
 */
export async function commitMany<T extends ManyDrafts>(
  databases: Databases,
  { chain, draft }: ManyChanges<T>,
  author: Author,
  pause: (attempt: number) => Promise<void>,
  maxAttempts?: number,
): Promise<CommittedMany<T> | typeof CONTENDED> {
  const db = open(chainDatabase(databases, chain))
  const attempt = async (head: ChainHead): Promise<CommittedMany<T>> => {
    const drafted = await draft()
    const { drafts } = drafted
    const outbox = drafts
      .flatMap(({ publish, publishAlso = [] }) =>
        publish === null ? publishAlso : [publish, ...publishAlso],
      )
      .map(outboxRow)
    await runBatch(db, [
      ...auditStatements(
        db,
        await eventsAfter(new Map([[chain, head]]), accountsOf(chain, drafts), author),
        allOf(drafts),
      ),
      ...drafted.statements(db),
      ...outboxStatements(db, outbox, author.at),
    ])
    return { drafted, outbox }
  }
  return atHead(db, chain, attempt, pause, maxAttempts)
}

function accountsOf(chain: string, drafts: ManyDrafts['drafts']) {
  return drafts.flatMap(({ account }) => (account === null ? [] : { ...account, chain }))
}

function allOf(drafts: ManyDrafts['drafts']): SQL | undefined {
  const conditions = drafts.map(({ condition }) => condition).filter((condition) => condition !== undefined)
  return conditions.length === 0 ? undefined : sql.join(conditions, sql` AND `)
}
