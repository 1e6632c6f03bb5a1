// Schedules that once broke a promise or locked somebody out: what fast-check shrank them to, kept so that they are
// played first.
import type { ChangeName } from '../../../src/feed/change.ts'
import type { Hash } from './database.ts'
import { SHORTEST_LEASE_MS } from './keepers.ts'
import type { Fate } from '../model/luck.ts'
import type { Route } from './request.ts'
import type { Action, Command, Schedule } from './schedule.ts'

const KEY: Hash = 'key_a'
const KEY_CHANGE: ChangeName = { kind: 'key', subject: KEY }

const arrives = (delayMs: number): Fate => ({ delayMs, outcome: 'arrives' })
const fails = (delayMs: number): Fate => ({ delayMs, outcome: 'fails' })
const LOST: Fate = { delayMs: 1, outcome: 'lost' }
const TWICE: Fate = { delayMs: 1, outcome: 'twice' }

function after(pauseMs: number, action: Action, ...fates: readonly Fate[]): Command {
  return { pauseMs, action, fates, picks: [] }
}

function asks(isolate: number, route: Route = 'bounded'): Action {
  return { do: 'request', isolate, key: KEY, route }
}

function changes(isolate: number): Action {
  return { do: 'change', isolate, name: KEY_CHANGE }
}

function plan(...commands: readonly Command[]): Schedule {
  return { isolateSkewsMs: [0, 0, 0], objectSkewsMs: [0, 0, 0], commands }
}

export const FOUND: Readonly<Record<string, Schedule>> = {
  'a strict request that waits longer than the bound is not admitted on what it knew when it began': plan(
    after(
      0,
      asks(0, 'strict'),
      fails(1),
      arrives(1),
      arrives(1_000),
      arrives(10),
      TWICE,
      arrives(1),
      arrives(1),
      arrives(1_001),
    ),
    after(972, { do: 'restart isolate', isolate: 0 }),
    after(17, { do: 'restart relay', relay: 0 }),
    after(14, { do: 'change', isolate: 0, name: { kind: 'config', subject: 'config' } }, arrives(9)),
  ),
  'a strict request that met an outage before it was known to be strict has no grace': plan(
    after(0, { do: 'cut relay', relay: 1, lines: ['pulls', 'pushes'], ms: 2 }),
    after(0, asks(1)),
    after(0, asks(1, 'strict'), arrives(1_951), fails(950), LOST),
    after(0, changes(0), arrives(950)),
  ),
  'a relay that holds a lease from before the hub lost its storage is waited for': plan(
    after(0, asks(0), arrives(1), arrives(1), arrives(1), arrives(1), LOST, {
      delayMs: 950,
      outcome: 'lost',
    }),
    after(0, asks(0)),
    after(2, { do: 'wipe hub' }),
    after(0, changes(0), arrives(950)),
  ),
  'a relay that holds a lease from before leases were shortened is waited for': plan(
    after(0, asks(0)),
    after(10, { do: 'restart hub', leaseMs: SHORTEST_LEASE_MS }),
    after(5_100, asks(0), arrives(1), arrives(1), arrives(1), LOST),
    after(1_200, changes(1)),
    after(1_100, asks(0)),
  ),
  'grace ends with the outage, also for a request that began in it': plan(
    after(0, asks(1), arrives(997)),
    after(168, asks(1), LOST, fails(1)),
    after(20, asks(0)),
    after(596, changes(0)),
    after(203, changes(0), arrives(3), arrives(10)),
  ),
  'a configuration that is too old gives way to one whose reader knew less': plan(
    after(0, asks(1), arrives(988)),
    after(982, changes(0), arrives(5)),
    after(0, asks(0), arrives(10)),
    after(19, asks(1), LOST, arrives(1_994), arrives(6)),
    after(23_166, asks(1), fails(1), arrives(10)),
    after(5_521, asks(0)),
    after(7_306, asks(0)),
  ),
  'whoever changed something can go on at once': plan(),
}
