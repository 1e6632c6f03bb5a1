// The storage of an organization's usage: what isolates have handed over, and the buckets that it is folded into.
// Synchronous SQL, so that nothing comes between a read and the write that rests on it. Nothing of it exists in an object
// that was never told of usage.
import { bucketName, bucketsOf, openTime, sumOf, type UsageBucket } from '../limits/buckets.ts'
import type { UsageBatch, UsageCount } from '../limits/usage.ts'

/** An isolate that was silent for so long is forgotten: it repeats no batch that is as old (src/gateway/hand-over.ts). */
const HOLDER_FORGOTTEN_AFTER_MS = 86_400_000

/** What an isolate handed over is folded when it is longer than this, in characters: a value holds 2 MB at most. */
const MAX_UNFOLDED = 262_144

/** `fold` numbers the changes of buckets; those of up to `flushed` are in D1. */
export interface BookState {
  readonly organizationId: string
  readonly fold: number
  readonly flushed: number
  /** See `OpenTime`. Epoch milliseconds. */
  readonly openFrom: number
  /** When the last flush began, epoch milliseconds; and how many have begun since one succeeded. */
  readonly attemptedAt: number
  readonly failures: number
}

export class UsageBook {
  readonly #storage: DurableObjectStorage
  readonly #sql: SqlStorage
  #state: BookState | null

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
    this.#sql = storage.sql
    this.#state = this.#exists() ? this.#readState() : null
  }

  /** Null before the first batch. */
  get state(): BookState | null {
    return this.#state
  }

  hasUnfolded(): boolean {
    return this.#sql.exec("SELECT 1 FROM usage_holders WHERE counts <> '' LIMIT 1").toArray().length > 0
  }

  /**
   * Keeps a batch. One row is written, whatever it holds.
   * @returns false for a batch that is here already
   */
  append(batch: UsageBatch, now: number): boolean {
    const unfolded = this.#storage.transactionSync(() => {
      this.#begin(batch.organizationId)
      const length = this.#append(batch, now)
      if (length > MAX_UNFOLDED) this.#fold(now)
      return length
    })
    this.#state = this.#readState()
    return unfolded > 0
  }

  /**
   * Notes that a flush begins, and folds what was handed over into buckets, all or nothing. Noted first: a fold that throws
   * is then tried again later, and not for ever at once.
   */
  beginFlush(now: number): BookState {
    this.#sql.exec('UPDATE usage_state SET attempted_at = ?, failures = failures + 1', now)
    this.#state = this.#readState()
    this.#storage.transactionSync(() => {
      this.#fold(now)
      this.#sql.exec(
        "DELETE FROM usage_holders WHERE counts = '' AND seen_at < ?",
        now - HOLDER_FORGOTTEN_AFTER_MS,
      )
    })
    return (this.#state = this.#readState())
  }

  /**
   * Buckets that are not in D1 as they are here, in the order of their names: after an outage of D1 they may be more than
   * memory takes.
   * @param after the last one of the part before; null for the first part
   */
  unflushed(after: UsageBucket | null, limit: number): readonly UsageBucket[] {
    const name = after === null ? '' : bucketName(after)
    const condition = 'name > ? AND fold > (SELECT flushed FROM usage_state) ORDER BY name LIMIT ?'
    return this.#buckets(condition, name, limit)
  }

  /**
   * A flush was cut off when the buckets up to this one were in D1: the next goes on behind it. Else one that is too long for D1, or
   * for a single alarm, would begin anew for ever.
   * @param fold of `beginFlush`: what has changed since is written again
   */
  cutOffFlush(fold: number, last: UsageBucket): void {
    this.#sql.exec(
      `UPDATE usage_buckets SET fold = flushed FROM usage_state
       WHERE name <= ? AND usage_buckets.fold > flushed AND usage_buckets.fold <= ?`,
      bucketName(last),
      fold,
    )
  }

  /**
   * Everything up to `fold` is in D1. What has changed since is not, and stays; of the rest, what is complete is forgotten.
   */
  endFlush(fold: number): void {
    this.#storage.transactionSync(() => {
      this.#sql.exec('UPDATE usage_state SET flushed = ?, failures = 0', fold)
      this.#sql.exec(
        'DELETE FROM usage_buckets WHERE fold <= ? AND end_ms <= (SELECT open_from FROM usage_state)',
        fold,
      )
    })
    this.#state = this.#readState()
  }

  #exists(): boolean {
    return this.#sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'usage_state'").toArray().length > 0
  }

  #begin(organizationId: string): void {
    if (this.#state?.organizationId === organizationId) return
    if (this.#state !== null) throw new Error('usage of another organization')
    this.#sql.exec(`
      CREATE TABLE usage_state (
        one INTEGER PRIMARY KEY CHECK (one = 1), organization_id TEXT NOT NULL, fold INTEGER NOT NULL,
        flushed INTEGER NOT NULL, open_from INTEGER NOT NULL, attempted_at INTEGER NOT NULL, failures INTEGER NOT NULL
      );
      CREATE TABLE usage_holders (
        holder TEXT PRIMARY KEY, seq INTEGER NOT NULL, seen_at INTEGER NOT NULL, counts TEXT NOT NULL
      ) WITHOUT ROWID;
      CREATE TABLE usage_buckets (
        name TEXT PRIMARY KEY, end_ms INTEGER NOT NULL, fold INTEGER NOT NULL, bucket TEXT NOT NULL
      ) WITHOUT ROWID;
    `)
    this.#sql.exec('INSERT INTO usage_state VALUES (1, ?, 0, 0, 0, 0, 0)', organizationId)
  }

  /** @returns how much of this isolate is not folded, in characters; 0 for a batch that is here already */
  #append({ holder, seq, counts }: UsageBatch, now: number): number {
    const text = counts.map((count) => JSON.stringify(count)).join()
    const [row] = this.#sql
      .exec<{ length: number }>(
        `INSERT INTO usage_holders VALUES (?, ?, ?, ?) ON CONFLICT (holder) DO UPDATE
         SET seq = excluded.seq, seen_at = excluded.seen_at,
           counts = counts || iif(counts = '' OR excluded.counts = '', '', ',') || excluded.counts
         WHERE excluded.seq > seq
         RETURNING length(counts) AS length`,
        holder,
        seq,
        now,
        text,
      )
      .toArray()
    return row?.length ?? 0
  }

  #fold(now: number): void {
    const { fold, openFrom } = this.#readState()
    const open = openTime(openFrom, now)
    const buckets = bucketsOf(this.#unfolded(), open)
    this.#sql.exec("UPDATE usage_holders SET counts = '' WHERE counts <> ''")
    this.#sql.exec('UPDATE usage_state SET fold = ?, open_from = ?', fold + 1, open.fromMs)
    for (const bucket of buckets) this.#addTo(bucket, fold + 1)
  }

  // One isolate after the other: together they may be more than memory takes.
  *#unfolded(): Iterable<UsageCount> {
    const rows = this.#sql.exec<{ counts: string }>("SELECT counts FROM usage_holders WHERE counts <> ''")
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `#append`
    for (const { counts } of rows) yield* JSON.parse(`[${counts}]`) as UsageCount[]
  }

  #addTo(bucket: UsageBucket, fold: number): void {
    const name = bucketName(bucket)
    const [held] = this.#buckets('name = ?', name)
    const sum = held === undefined ? bucket : { ...held, ...sumOf(held, bucket) }
    this.#sql.exec(
      'REPLACE INTO usage_buckets VALUES (?, ?, ?, ?)',
      name,
      bucket.endMs,
      fold,
      JSON.stringify(sum),
    )
  }

  #buckets(condition: string, ...bindings: readonly (string | number)[]): readonly UsageBucket[] {
    const query = `SELECT bucket FROM usage_buckets WHERE ${condition}`
    const rows = this.#sql.exec<{ bucket: string }>(query, ...bindings).toArray()
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `#addTo`
    return rows.map(({ bucket }) => JSON.parse(bucket) as UsageBucket)
  }

  #readState(): BookState {
    return this.#sql
      .exec<{ [K in keyof BookState]: BookState[K] }>(
        `SELECT organization_id AS organizationId, fold, flushed, open_from AS openFrom, attempted_at AS attemptedAt,
           failures FROM usage_state`,
      )
      .one()
  }
}
