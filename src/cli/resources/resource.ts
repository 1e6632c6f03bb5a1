// What the command line says of one resource of the API: where it is, how it is shown, and what can be done with it.
import type { Field } from '../fields.ts'

export interface Verb {
  readonly name: string
  readonly description: string
  /** Said when it is done. */
  readonly done: string
  readonly fields?: readonly Field[]
  /** What is asked before it is done. */
  readonly warning?: string
}

export interface ResourceCommands {
  /** `orgs` */
  readonly command: string
  readonly alias?: string
  /** Below /_latchkey/v1. */
  readonly path: string
  readonly noun: string
  readonly description: string
  readonly columns: readonly string[]
  readonly filters: readonly { readonly name: string; readonly description: string }[]
  readonly create: readonly Field[] | null
  readonly update: readonly Field[] | null
  /** What a deletion does, asked before it is done. */
  readonly deletion: string
  readonly verbs: readonly Verb[]
}

/** Of lists. */
export const inOrganization = { name: 'organization_id', description: 'of this organization' }
export const byExternalId = { name: 'external_id', description: 'with your own id of it' }
