// What the settings say of keys of other systems: their formats, and the systems that are asked about unknown ones. Each list is replaced
// as a whole, so that it is read anew right before.
import type { InferResponseType } from 'hono/client'
import { bodyOf, v1 } from '../api/client.ts'

type Settings = InferResponseType<typeof v1.settings.$get, 200>
export type Format = Settings['legacy_formats'][number]
export type Verifier = Settings['shadow_verifiers'][number]
/** What is sent of one. Without `authorization`, the one that was given for its URL stays. */
export type AskedVerifier = Omit<Verifier, 'authorization_id' | 'organization_id'> & {
  readonly authorization?: string
}

/** Two formats are one if they look alike. */
export function shapeOf({ prefix, alphabet, length }: Format): string {
  return `${prefix} ${alphabet ?? 'any'} ${length ?? 'any'}`
}

export function verifierName({ url, prefix }: Pick<Verifier, 'url' | 'prefix'>): string {
  return `${url} ${prefix}`
}

/** @param edit makes the new list of the one that is stored */
export async function replaceFormats(edit: (stored: readonly Format[]) => readonly Format[]) {
  const { legacy_formats: stored } = await bodyOf(v1.settings.$get())
  return bodyOf(v1.settings.$patch({ query: {}, json: { legacy_formats: [...edit(stored)] } }))
}

/** @param edit makes the new list of the one that is stored */
export async function replaceVerifiers(edit: (stored: readonly AskedVerifier[]) => readonly AskedVerifier[]) {
  const { shadow_verifiers: stored } = await bodyOf(v1.settings.$get())
  const asked = stored.map(({ prefix, url, protocol, project_id, scopes, until }): AskedVerifier => ({
    prefix,
    url,
    protocol,
    project_id,
    scopes,
    until,
  }))
  return bodyOf(v1.settings.$patch({ query: {}, json: { shadow_verifiers: [...edit(asked)] } }))
}

/** The list with one in the place of another, or at its end. */
export function put<Item>(list: readonly Item[], isReplaced: (item: Item) => boolean, item: Item) {
  const at = list.findIndex(isReplaced)
  return at === -1 ? [...list, item] : list.with(at, item)
}
