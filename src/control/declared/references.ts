// A name in the document that stands for something else in it, or in what is stored.
import type { PlanRecord } from '../../store/plans.ts'
import type { Planning } from './planning.ts'

export interface Referable {
  readonly id: string
  readonly name: string
}

export interface Reference {
  readonly pointer: string
  /** `plan` */
  readonly noun: string
  /** Where it would be declared. */
  readonly list: string
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
  const detail =
    found === undefined
      ? `There is no ${noun} of this name: declare it under ${list}.`
      : `Several are called so: a ${noun} that is referred to needs a name of its own.`
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
