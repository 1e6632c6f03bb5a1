// The closed lists of the invalidation feed, which the gateway goes through (the others: vocabulary.ts).

/** What a change in the invalidation feed names. */
export const CHANGE_KINDS = ['key', 'project', 'team', 'organization', 'config', 'all'] as const
export type ChangeKind = (typeof CHANGE_KINDS)[number]

export function isChangeKind(value: string): value is ChangeKind {
  return CHANGE_KINDS.some((kind) => kind === value)
}

/** Location hints of Durable Objects: where relays of the invalidation feed may be asked to stand. */
export const RELAY_REGIONS = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'oc', 'afr', 'me'] as const
export type RelayRegion = (typeof RELAY_REGIONS)[number]
