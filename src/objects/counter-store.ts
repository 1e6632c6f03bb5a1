// The counters of a limiter in its storage: a row for each counter, a row for each lease, a row for each millisecond of a sliding
// log. Synchronous SQL: what a call decided is stored before its answer leaves.
import type { Meter, MeterState } from '../policy/meter.ts'
import type { Charge } from '../policy/rate.ts'
import type { Rule } from '../policy/rule.ts'
import type { Counter, Lease } from './counter.ts'

export interface CounterChange {
  readonly name: string
  readonly before: Counter | undefined
  readonly after: Counter
}

export class CounterStore {
  readonly #storage: DurableObjectStorage
  readonly #sql: SqlStorage

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
    this.#sql = storage.sql
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, rule TEXT NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS leases (
        name TEXT NOT NULL, holder TEXT NOT NULL, id INTEGER NOT NULL, tokens INTEGER NOT NULL, spent INTEGER NOT NULL,
        returned INTEGER NOT NULL, ends_at INTEGER NOT NULL, PRIMARY KEY (name, holder)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS log_entries (
        name TEXT NOT NULL, at INTEGER NOT NULL, tokens INTEGER NOT NULL, PRIMARY KEY (name, at)) WITHOUT ROWID;`)
  }

  load(): Map<string, Counter> {
    const counters = new Map<string, Counter>()
    for (const { name, rule, state } of this.#rows<{ name: string; rule: string; state: string }>(
      'SELECT name, rule, state FROM counters',
    )) {
      const meter = { rule: decodeRule(rule), state: decodeState(state, () => this.#entries(name)) }
      counters.set(name, { meter, leases: this.#leases(name) })
    }
    return counters
  }

  /** Writes what is different between two moments of a call, all of it or nothing. */
  save(changes: readonly CounterChange[]): void {
    if (changes.length === 0) return
    this.#storage.transactionSync(() => {
      for (const { name, before, after } of changes) {
        if (before?.meter !== after.meter) this.#saveMeter(name, before?.meter, after.meter)
        if (before?.leases !== after.leases) this.#saveLeases(name, before?.leases ?? new Map(), after.leases)
      }
    })
  }

  #saveMeter(name: string, before: Meter | undefined, { rule, state }: Meter): void {
    this.#sql.exec(
      `INSERT INTO counters (name, rule, state) VALUES (?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET rule = excluded.rule, state = excluded.state`,
      name,
      JSON.stringify(rule),
      encodeState(state),
    )
    const old = before?.state.kind === 'sliding_log' ? before.state.entries : []
    const now = state.kind === 'sliding_log' ? state.entries : []
    if (old !== now) this.#saveEntries(name, old, now)
  }

  // Entries are added at the end and dropped at the beginning; the last one may grow.
  #saveEntries(name: string, old: readonly Charge[], now: readonly Charge[]): void {
    // Also those that memory has dropped before without writing.
    const first = now[0]?.atMs ?? Number.MAX_SAFE_INTEGER
    this.#sql.exec('DELETE FROM log_entries WHERE name = ? AND at < ?', name, first)
    const lastOld = old.at(-1)
    for (const { atMs, tokens } of now.slice(
      now.findLastIndex((entry) => entry.atMs < (lastOld?.atMs ?? 0)) + 1,
    )) {
      if (atMs === lastOld?.atMs && tokens === lastOld.tokens) continue
      this.#sql.exec(
        `INSERT INTO log_entries (name, at, tokens) VALUES (?, ?, ?)
         ON CONFLICT (name, at) DO UPDATE SET tokens = excluded.tokens`,
        name,
        atMs,
        tokens,
      )
    }
  }

  #saveLeases(name: string, before: ReadonlyMap<string, Lease>, after: ReadonlyMap<string, Lease>): void {
    for (const holder of before.keys())
      if (!after.has(holder)) this.#sql.exec('DELETE FROM leases WHERE name = ? AND holder = ?', name, holder)
    for (const [holder, lease] of after) {
      if (before.get(holder) === lease) continue
      this.#sql.exec(
        `INSERT INTO leases (name, holder, id, tokens, spent, returned, ends_at) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (name, holder) DO UPDATE SET id = excluded.id, tokens = excluded.tokens, spent = excluded.spent,
           returned = excluded.returned, ends_at = excluded.ends_at`,
        name,
        holder,
        lease.id,
        lease.tokens,
        lease.spent,
        lease.returned,
        lease.endsAtMs,
      )
    }
  }

  #leases(name: string): ReadonlyMap<string, Lease> {
    const rows = this.#rows<Lease & Record<string, SqlStorageValue>>(
      'SELECT holder, id, tokens, spent, returned, ends_at AS endsAtMs FROM leases WHERE name = ?',
      name,
    )
    return new Map(rows.map((lease) => [lease.holder, { ...lease }]))
  }

  #entries(name: string): readonly Charge[] {
    return this.#rows<{ atMs: number; tokens: number }>(
      'SELECT at AS atMs, tokens FROM log_entries WHERE name = ? ORDER BY at',
      name,
    ).map(({ atMs, tokens }) => ({ atMs, tokens }))
  }

  #rows<T extends Record<string, SqlStorageValue>>(
    query: string,
    ...bindings: readonly SqlStorageValue[]
  ): T[] {
    return this.#sql.exec<T>(query, ...bindings).toArray()
  }
}

// JSON has no numbers of this size: a level is stored as its digits. The entries of a log have rows of their own.
function encodeState(state: MeterState): string {
  if (state.kind === 'gcra') return JSON.stringify({ ...state, level: String(state.level) })
  return JSON.stringify(state.kind === 'sliding_log' ? { ...state, entries: [] } : state)
}

function decodeState(text: string, entries: () => readonly Charge[]): MeterState {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `encodeState`
  const state = JSON.parse(text) as
    | Exclude<MeterState, { kind: 'gcra' }>
    | (Omit<Extract<MeterState, { kind: 'gcra' }>, 'level'> & { level: string })
  if (state.kind === 'gcra') return { ...state, level: BigInt(state.level) }
  return state.kind === 'sliding_log' ? { ...state, entries: entries() } : state
}

function decodeRule(text: string): Rule {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `save`
  return JSON.parse(text) as Rule
}
