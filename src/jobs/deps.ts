// What scheduled work is given.
import type { ChangeName, Published } from '../feed/change.ts'
import type { Databases } from '../store/database.ts'

export interface JobDeps {
  readonly databases: Databases
  /** Puts changes into the invalidation feed. Throws, or does not settle, when the hub does not take them. */
  readonly publish: (changes: readonly ChangeName[]) => Promise<Published>
  /** How long refused requests are kept. */
  readonly refusalHours: number
  /** How long it is kept from where keys were used. */
  readonly addressDays: number
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly log: (event: Readonly<Record<string, unknown>>) => void
}
