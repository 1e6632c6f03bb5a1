// What the search finds: places by their title, keys by name or last four characters.
import { useQuery } from '@tanstack/react-query'
import { bodyOf, v1 } from '../api/client.ts'
import { PLACE_NAMES, PLACES, pathTo, type Place } from '../places.ts'
import { useCan, useMe } from '../session/me.ts'
import { entryOf } from './shown.ts'

export interface Command {
  readonly id: string
  readonly title: string
  /** What kind of thing it is, or which keys lead there. */
  readonly hint: string
  /** Within the router. */
  readonly to: string
}

const MOST_KEYS = '8'
/** Shorter texts find too much. */
const LEAST_TEXT = 2

export function useCommands(text: string): readonly Command[] {
  const me = useMe()
  const keys = useFoundKeys(text)
  const places = PLACE_NAMES.flatMap((name) => {
    const { title, shortcut }: Place = PLACES[name]
    const to = entryOf(name, me)
    const hint = shortcut === undefined ? 'Page' : `g ${shortcut}`
    return to === null ? [] : [{ id: name, title, to, hint }]
  })
  const isFitting = ({ title }: Command) => title.toLowerCase().includes(text.toLowerCase())
  return [...places.filter(isFitting), ...keys]
}

function useFoundKeys(text: string): readonly Command[] {
  const can = useCan()
  const { data } = useQuery({
    queryKey: ['keys', 'found', text],
    enabled: text.length >= LEAST_TEXT && can('keys:read'),
    queryFn: async ({ signal }) => {
      const asked = { init: { signal } }
      const none = { data: [] }
      const [byEnd, byName] = await Promise.all([
        /^[!-~]{4}$/.test(text)
          ? bodyOf(v1.keys.$get({ query: { last4: text, limit: MOST_KEYS } }, asked))
          : none,
        /[\p{L}\p{N}]/u.test(text)
          ? bodyOf(v1.keys.$get({ query: { name: text.slice(0, 64), limit: MOST_KEYS } }, asked))
          : none,
      ])
      return [...new Map([...byEnd.data, ...byName.data].map((key) => [key.id, key])).values()]
    },
  })
  return (data ?? []).map(({ id, name, start, last4 }) => ({
    id,
    title: name,
    hint: `${start}…${last4}`,
    to: pathTo('key', id),
  }))
}
