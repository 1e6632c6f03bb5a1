// What a plan shows of one resource: the block beside the state.
import type { Planned } from './configuration.ts'
import type { Instance } from './rest-provider.ts'
import { UNKNOWN } from './values.ts'

export interface Change {
  readonly name: string
  readonly action: 'create' | 'update' | 'delete'
  /** The fields of `data` that the plan shows as different. */
  readonly fields: readonly string[]
}

/** Null where there is nothing to do. @param before the state, none of what is to be made */
export function changeOf(name: string, before: Instance | undefined, planned: Planned): Change | null {
  if (before === undefined) return { name, action: 'create', fields: [] }
  return isAsPlanned(before, planned) ? null : { name, action: 'update', fields: differing(before, planned) }
}

/** Each argument of the block counts, as it stands in the state. `data` is text to Terraform. */
function isAsPlanned(before: Instance, planned: Planned): boolean {
  return (
    before.data === planned.data &&
    before.path === planned.path &&
    before.debug === planned.debug &&
    before.idAttribute === planned.idAttribute &&
    before.ignoreChangesTo.join() === planned.ignoreChangesTo.join()
  )
}

function differing(before: Instance, { data }: Planned): readonly string[] {
  if (data === UNKNOWN) return []
  const [old, now] = [new Map(fieldsIn(before.data)), new Map(fieldsIn(data))]
  const names = [...new Set([...old.keys(), ...now.keys()])].toSorted()
  return names.filter((name) => JSON.stringify(old.get(name)) !== JSON.stringify(now.get(name)))
}

function fieldsIn(json: string): [string, unknown][] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a block's data is an object
  return Object.entries(JSON.parse(json) as object)
}
