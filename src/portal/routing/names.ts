// Upstreams by their names and routes by their paths, for lists to choose from and links to show.
import { bodyOf, v1 } from '../api/client.ts'
import { useNames, type Names } from '../api/names.ts'

const FIRST = { limit: '200' }

export function useUpstreamNames(): Names {
  return useNames(['upstreams', 'names'], true, () => bodyOf(v1.upstreams.$get({ query: FIRST })))
}

export function useRouteNames(): Names {
  return useNames(['routes', 'names'], true, async () => {
    const { data, next_cursor } = await bodyOf(v1.routes.$get({ query: FIRST }))
    return { data: data.map(({ id, name, path }) => ({ id, name: name ?? path })), next_cursor }
  })
}
