// How a stored resource is changed, whatever it is: found within reach, judged, written at the version that was judged.
import type { SQL } from 'drizzle-orm'
import type { ChangeName } from '../feed/change.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { Database } from '../store/database.ts'
import type { Statement } from '../store/statement.ts'
import { ifAssignable } from './assignment.ts'
import { change, type Changed } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { draftUpdate } from './draft.ts'

export interface Resource<Row> {
  /** `key`: the first half of an audit event's action. */
  readonly noun: string
  /** The resource within reach that is not deleted. */
  readonly find: (deps: ControlDeps, principal: Principal, id: string) => Promise<Row | null>
  /** An organization's id, or `platform`. */
  readonly chainOf: (row: Row) => string
  readonly teamOf: (row: Row, deps: ControlDeps) => Promise<string | null>
  readonly update: (db: Database, before: Row, set: Partial<Row>) => readonly Statement[]
  /** As the audit trail sees it. @param now epoch milliseconds */
  readonly show: (row: Row, now: number) => object
  /** What an answer carries, where that is more than `show`. */
  readonly body?: (row: Row, now: number) => object
  /** Under which name the feed knows it. */
  readonly nameOf: (row: Row) => ChangeName
  /** Fields, snake_case, whose value no two may share. */
  readonly unique: readonly string[]
}

/** What is to become of a resource. */
export interface Decision<Row> {
  /** `revoked`: the second half of an audit event's action. */
  readonly done: string
  readonly set: Partial<Row>
  /** Whether copies at the edge hold any of it. */
  readonly heldBy: 'edge' | 'nobody'
  /** Must still hold when it is written, where other chains decide. */
  readonly condition?: SQL | undefined
  /** The statements, where more changes than the row itself. @param update of the row */
  readonly around?: (db: Database, update: readonly Statement[]) => readonly Statement[]
  /** What else the edge has to learn of. */
  readonly publishAlso?: readonly ChangeName[]
}

/** @param at epoch milliseconds */
export type Decide<Row> = (
  before: Row,
  at: number,
) => Result<Decision<Row>, Refusal> | Promise<Result<Decision<Row>, Refusal>>

/** @param atEdge the fields that copies at the edge hold */
export function holderOf(set: object, atEdge: ReadonlySet<string>): Decision<never>['heldBy'] {
  return Object.keys(set).some((name) => atEdge.has(name)) ? 'edge' : 'nobody'
}

export type Tracked = { readonly id: string; readonly version: number; readonly updatedAt: number }

/** Changes the resource with this id; 404 where none is within reach. */
export async function changeResource<Row extends Tracked>(
  deps: ControlDeps,
  principal: Principal,
  resource: Resource<Row>,
  id: string,
  decide: Decide<NoInfer<Row>>,
): Promise<Result<Changed<Row>, Refusal>> {
  const find = () => resource.find(deps, principal, id)
  // Once to learn whose it is, and again inside the draft, behind the head of that chain.
  const found = await find()
  if (found === null) return err(refuse('not_found'))
  const at = deps.now()
  const { show, body = show } = resource
  const draft = async () => {
    const before = await find()
    if (before === null) return err(refuse('not_found'))
    const decided = await ifAssignable(principal, decide)(before, at)
    if (!decided.ok) return decided
    const { done, set, heldBy, condition, around, publishAlso = [] } = decided.value
    const about = {
      action: `${resource.noun}.${done}`,
      teamId: await resource.teamOf(before, deps),
      publish: heldBy === 'edge' ? resource.nameOf(before) : null,
      condition,
    }
    const drafted = draftUpdate(before, set, at, (row) => show(row, at), resource.update, about)
    const statements = (db: Database) => around?.(db, drafted.statements(db)) ?? drafted.statements(db)
    return ok({ ...drafted, statements, publishAlso })
  }
  const shown = (row: Row) => body(row, at)
  return change(deps, principal, {
    chain: resource.chainOf(found),
    draft,
    unique: resource.unique,
    show: shown,
  })
}
