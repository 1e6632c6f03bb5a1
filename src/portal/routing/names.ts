// Upstreams by their names, for lists to choose from and links to show.
import { bodyOf, v1 } from '../api/client.ts'
import { useNames, type Names } from '../api/names.ts'

const FIRST = { limit: '200' }

export function useUpstreamNames(): Names {
  return useNames(['upstreams', 'names'], true, () => bodyOf(v1.upstreams.$get({ query: FIRST })))
}
