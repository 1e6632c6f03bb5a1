// A name in the document that stands for something else in it, or in what is stored.
import type { PlanRecord } from '../../store/plans.ts'
import type { Planning } from './planning.ts'

export interface Referable {
  readonly id: string
  readonly name: string
  readonly externalId?: string | null
}

export interface Reference {
  readonly pointer: string
  /** `plan` */
  readonly noun: string
  /** Where it would be declared. */
  readonly list: string
}

/** How each is referred to: by its name, or where several have it, by its external id, or else by its number among those. */
export function callsOf(rows: readonly Referable[]): ReadonlyMap<string, string> {
  const groups = Map.groupBy(rows, ({ name }) => name)
  return new Map(
    [...groups.values()].flatMap((group) => {
      const others = group.filter(({ externalId }) => !externalId)
      return group.map((row) => {
        if (group.length === 1) return [row.id, row.name] as const
        return [row.id, row.externalId ?? `${row.name}#${others.indexOf(row) + 1}`] as const
      })
    }),
  )
}

/** The id of what is meant; null where a problem has been noted. */
export function referTo(
  { problems }: Planning,
  among: readonly Referable[],
  name: string,
  { pointer, noun, list }: Reference,
): string | null {
  const [found, another] = among.filter((row) => row.name === name)
  if (found !== undefined && another === undefined) return found.id
  const called = callsOf(among)
  const meant = among.find(({ id }) => called.get(id) === name)
  if (meant !== undefined) return meant.id
  const detail =
    found === undefined
      ? `There is no ${noun} of this name: declare it under ${list}.`
      : `Several are called so: refer to the ${noun} by its external_id, or as ${name}#2.`
  problems.push({ pointer, detail })
  return null
}

/** An external id is what it is known by: to leave it out says nothing of it. */
export function kept({ external_id }: { readonly external_id?: string | null | undefined }) {
  return { external_id: external_id ?? undefined }
}

/** The id of the plan that an entry names: null for none, undefined where a problem has been noted. */
export function planOf(
  planning: Planning,
  { plan }: { readonly plan?: string | null | undefined },
  plans: readonly PlanRecord[],
  pointer: string,
): string | null | undefined {
  if (plan === null || plan === undefined) return null
  return (
    referTo(planning, plans, plan, { pointer: `${pointer}/plan`, noun: 'plan', list: 'plans' }) ?? undefined
  )
}
