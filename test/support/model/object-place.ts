// Where a Durable Object lives: SQLite and an alarm that outlast it, and one life of it at a time.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { ALWAYS, type Place } from './network.ts'
import type { Party, Timeline } from './timeline.ts'

export class ObjectPlace<T extends object> implements Place {
  party: Party
  object: T
  readonly name: string
  readonly #timeline: Timeline
  readonly #construct: (ctx: DurableObjectState) => T
  #database = new DatabaseSync(':memory:')
  #alarmAt: number | null = null
  /** By its own clock. */
  readonly #madeAtMs: number

  constructor(name: string, skewMs: number, timeline: Timeline, construct: (ctx: DurableObjectState) => T) {
    this.name = name
    this.#timeline = timeline
    this.#construct = construct
    this.party = { skewMs, isAlive: true }
    this.#madeAtMs = timeline.clockOf(this.party)
    this.object = this.#begin()
  }

  /** A new life: memory is gone, and so is whoever still worked in it. */
  restart(): void {
    this.party.isAlive = false
    this.party = { ...this.party, isAlive: true }
    this.object = this.#begin()
  }

  /** Loses its storage; and, for the worse, its clock shows the time at which it was first made. */
  wipe(clock: 'clock runs on' | 'clock set back'): void {
    this.#database.close()
    this.#database = new DatabaseSync(':memory:')
    this.#alarmAt = null
    if (clock === 'clock set back') {
      const skewMs = this.#madeAtMs - this.#timeline.nowMs
      this.party.isAlive = false
      this.party = { skewMs, isAlive: true }
    }
    this.restart()
  }

  /** For those who break something on purpose. */
  corrupt(query: string): void {
    this.#database.exec(query)
  }

  close(): void {
    this.#database.close()
  }

  get storage(): DurableObjectStorage {
    const sql = sqlOf(this.#database)
    const storage = {
      sql,
      transactionSync: <R>(run: () => R) => run(),
      getAlarm: async () => this.#alarmAt,
      setAlarm: async (at: number) => this.#setAlarm(at),
    }
    return storage as unknown as DurableObjectStorage
  }

  #begin(): T {
    this.#timeline.enter(this.party)
    const id = { name: this.name, toString: () => this.name }
    const ctx = { id, storage: this.storage, waitUntil: () => undefined }
    return this.#construct(ctx as unknown as DurableObjectState)
  }

  #setAlarm(at: number): void {
    this.#alarmAt = at
    const ring = () => {
      if (this.#alarmAt !== at) return
      this.#alarmAt = null
      this.#timeline.enter(this.party)
      void ringing(this.object)
    }
    const delayMs = Math.max(0, at - this.#timeline.clockOf(this.party))
    this.#timeline.after(delayMs, ring, { ...this.#timeline.scene, party: ALWAYS })
  }
}

async function ringing(object: object): Promise<void> {
  if ('alarm' in object && typeof object.alarm === 'function') await object.alarm()
}

function sqlOf(database: DatabaseSync): SqlStorage {
  const prepared = new Map<string, StatementSync>()
  const exec = (query: string, ...bindings: readonly SQLInputValue[]) => {
    if (query.includes('CREATE TABLE')) {
      database.exec(query)
      return []
    }
    const statement = prepared.get(query) ?? database.prepare(query)
    prepared.set(query, statement)
    return cursorOf(statement.all(...bindings))
  }
  return { exec } as unknown as SqlStorage
}

function cursorOf(rows: readonly Record<string, unknown>[]) {
  return {
    toArray: () => rows,
    one: () => rows[0],
    raw: () => rows.map((row) => Object.values(row)).values(),
    [Symbol.iterator]: () => rows.values(),
  }
}
