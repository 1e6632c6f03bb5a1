// The hub's storage: the log of changes, and which relays exist. Synchronous SQL, so that no other call comes between a
// read and the write that rests on it.
import {
  changeName,
  type Change,
  type ChangeName,
  type FeedReport,
  type Known,
  type LogPart,
} from '../feed/change.ts'
import { sharedUpTo } from '../feed/log-part.ts'
import { forgetsBefore, type Retention } from '../feed/retention.ts'

interface State extends Known {
  readonly floor: number
}

interface Relay {
  readonly id: string
  readonly name: string
  readonly leaseMs: number
}

export class HubLog {
  readonly #storage: DurableObjectStorage
  readonly #sql: SqlStorage

  /** @param now epoch milliseconds: the epoch of a log that begins here */
  constructor(storage: DurableObjectStorage, now: number) {
    const { sql } = storage
    this.#storage = storage
    this.#sql = sql
    // Of each subject the newest change only. The seq of a log that was wiped begins anew, so the epoch tells them apart.
    sql.exec(`
      CREATE TABLE IF NOT EXISTS changes (
        seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE (kind, subject)
      );
      CREATE TABLE IF NOT EXISTS state (
        one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, seq INTEGER NOT NULL, floor INTEGER NOT NULL
      );
      CREATE TABLE IF NOT EXISTS relays (id TEXT PRIMARY KEY, name TEXT NOT NULL, lease_ms INTEGER NOT NULL);
    `)
    sql.exec('INSERT INTO state VALUES (1, ?, 0, 0) ON CONFLICT DO NOTHING', now)
  }

  /** @returns the part that holds just these changes */
  append(changes: readonly ChangeName[], now: number): LogPart {
    // All or nothing: a number that is used but not counted would be in the way of every later change.
    return this.#storage.transactionSync(() => this.#append(changes, now))
  }

  partAfter(known: Known): LogPart {
    const { epoch, seq, floor } = this.#state()
    const after = sharedUpTo({ epoch, seq }, known)
    return { epoch, seq, floor, after, changes: after === seq ? [] : this.#changesAfter(after) }
  }

  /** Forgets what no copy can be older than, and what exceeds the bound; the floor says how far. */
  prune(now: number, retention: Retention): void {
    const aged = this.#number('SELECT max(seq) FROM changes WHERE at < ?', forgetsBefore(now, retention))
    const excess = this.#number(
      'SELECT seq FROM changes ORDER BY seq DESC LIMIT 1 OFFSET ?',
      retention.feedMaxChanges,
    )
    const floor = Math.max(aged, excess)
    if (floor <= this.#state().floor) return
    this.#sql.exec('DELETE FROM changes WHERE seq <= ?', floor)
    this.#sql.exec('UPDATE state SET floor = ?', floor)
  }

  /** False: it certainly holds no more. True: it may, if no subject changed twice. */
  mayExceed(changes: number): boolean {
    const { seq, floor } = this.#state()
    return seq - floor > changes
  }

  summary(): Omit<FeedReport, 'relays'> {
    const oldestAtMs = this.#number('SELECT min(at) FROM changes')
    return {
      ...this.#state(),
      changes: this.#number('SELECT count(*) FROM changes'),
      oldestAtMs: oldestAtMs === 0 ? null : oldestAtMs,
    }
  }

  relays(): readonly Relay[] {
    return this.#sql
      .exec<{ id: string; name: string; lease_ms: number }>('SELECT id, name, lease_ms FROM relays')
      .toArray()
      .map(({ id, name, lease_ms: leaseMs }) => ({ id, name, leaseMs }))
  }

  /** Stored before the relay hears that it has a lease: a hub that restarts must know whom to wait for, and how long. */
  register(id: string, name: string, leaseMs: number): void {
    this.#sql.exec(
      `INSERT INTO relays VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET lease_ms = excluded.lease_ms
       WHERE lease_ms <> excluded.lease_ms`,
      id,
      name,
      leaseMs,
    )
  }

  unregister(id: string): void {
    this.#sql.exec('DELETE FROM relays WHERE id = ?', id)
  }

  #append(changes: readonly ChangeName[], now: number): LogPart {
    const { epoch, seq: after, floor } = this.#state()
    const numbered = changes.map((change, i) => ({ ...change, seq: after + 1 + i }))
    const seq = after + numbered.length
    for (const { kind, subject, seq: at } of numbered)
      this.#sql.exec(
        `INSERT INTO changes (seq, kind, subject, at) VALUES (?, ?, ?, ?)
         ON CONFLICT (kind, subject) DO UPDATE SET seq = excluded.seq, at = excluded.at`,
        at,
        kind,
        subject,
        now,
      )
    this.#sql.exec('UPDATE state SET seq = ?', seq)
    return { epoch, seq, floor, after, changes: numbered }
  }

  #state(): State {
    return this.#sql.exec<Record<keyof State, number>>('SELECT epoch, seq, floor FROM state').one()
  }

  #changesAfter(after: number): readonly Change[] {
    return this.#sql
      .exec<{ seq: number; kind: string; subject: string }>(
        'SELECT seq, kind, subject FROM changes WHERE seq > ? ORDER BY seq',
        after,
      )
      .toArray()
      .map(({ seq, kind, subject }) => ({ seq, ...changeName(kind, subject) }))
  }

  /** The first column of the first row; 0 when there is none. */
  #number(query: string, ...bindings: readonly number[]): number {
    const [row] = this.#sql.exec<Record<string, SqlStorageValue>>(query, ...bindings).raw()
    return Number(row?.[0] ?? 0)
  }
}
