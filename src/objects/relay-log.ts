// A relay's storage: its copy of the log, so that one that wakes up asks the hub for what it missed and no more. The lease
// is not stored: a relay that wakes up has none.
import { changeName, type LogPart } from '../feed/change.ts'
import { absorb, createLogCopy, type LogCopy } from '../feed/log-copy.ts'

export class RelayLog {
  readonly #storage: DurableObjectStorage
  readonly copy: LogCopy

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
    storage.sql.exec(`
      CREATE TABLE IF NOT EXISTS changes (
        kind TEXT NOT NULL, subject TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (kind, subject)
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS state (
        one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, seq INTEGER NOT NULL, floor INTEGER NOT NULL
      );
    `)
    this.copy = this.#read()
  }

  /** @returns false for a part that does not fit: see `absorb` */
  absorb(part: LogPart): boolean {
    const { epoch, seq, floor } = this.copy
    if (!absorb(this.copy, part)) return false
    const isNews = part.epoch !== epoch || part.seq > seq || part.floor > floor || part.changes.length > 0
    if (isNews) this.#storage.transactionSync(() => this.#write(part, { epoch, floor }))
    return true
  }

  #write({ changes }: LogPart, before: Pick<LogCopy, 'epoch' | 'floor'>): void {
    const { sql } = this.#storage
    const { epoch, seq, floor } = this.copy
    if (epoch !== before.epoch) sql.exec('DELETE FROM changes')
    for (const { kind, subject, seq: at } of changes)
      sql.exec(
        `INSERT INTO changes VALUES (?, ?, ?)
         ON CONFLICT (kind, subject) DO UPDATE SET seq = max(seq, excluded.seq)`,
        kind,
        subject,
        at,
      )
    // It looks at every row, so not with every push.
    if (floor !== before.floor) sql.exec('DELETE FROM changes WHERE seq <= ?', floor)
    sql.exec('INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?)', epoch, seq, floor)
  }

  #read(): LogCopy {
    const { sql } = this.#storage
    const copy = createLogCopy()
    const [state] = sql.exec<{ epoch: number; seq: number; floor: number }>(
      'SELECT epoch, seq, floor FROM state',
    )
    if (state === undefined) return copy
    const changes = sql
      .exec<{ kind: string; subject: string; seq: number }>('SELECT kind, subject, seq FROM changes')
      .toArray()
      .map(({ kind, subject, seq }) => ({ seq, ...changeName(kind, subject) }))
    absorb(copy, { ...state, after: 0, changes })
    return copy
  }
}
