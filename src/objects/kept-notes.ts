// Notes that wait for the next flush, in the storage of the object: it may be evicted before that. One row holds them all, so that
// their bound is the caller's, and there is no table where nothing was ever noted.

export class KeptNotes<T> {
  readonly #sql: SqlStorage
  readonly #table: string
  #exists: boolean

  /** @param table its name, a constant of the code: it becomes part of the SQL */
  constructor({ sql }: DurableObjectStorage, table: string) {
    this.#sql = sql
    this.#table = table
    this.#exists = sql.exec('SELECT 1 FROM sqlite_master WHERE name = ?', table).toArray().length > 0
  }

  read(): readonly T[] {
    if (!this.#exists) return []
    const [row] = this.#sql.exec<{ notes: string }>(`SELECT notes FROM ${this.#table}`).toArray()
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `write`
    return row === undefined ? [] : (JSON.parse(row.notes) as T[])
  }

  isEmpty(): boolean {
    return !this.#exists || this.#sql.exec(`SELECT 1 FROM ${this.#table}`).toArray().length === 0
  }

  write(list: readonly T[]): void {
    this.#begin()
    this.#sql.exec(`REPLACE INTO ${this.#table} VALUES (1, ?)`, JSON.stringify(list))
  }

  /**
   * Forgets the list.
   * @param list as it was read: one that has changed since stays
   */
  forget(list: readonly T[]): void {
    if (this.#exists) this.#sql.exec(`DELETE FROM ${this.#table} WHERE notes = ?`, JSON.stringify(list))
  }

  #begin(): void {
    if (this.#exists) return
    this.#sql.exec(
      `CREATE TABLE ${this.#table} (one INTEGER PRIMARY KEY CHECK (one = 1), notes TEXT NOT NULL)`,
    )
    this.#exists = true
  }
}
