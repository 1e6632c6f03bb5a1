// Search and commands: every place that the role is shown, what can be made, and keys by name, tag or last four characters.
import { CommandPalette } from '@cloudflare/kumo/components/command-palette'
import { Dialog } from '@cloudflare/kumo/components/dialog'
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { useLocation } from 'wouter'
import { bodyOf, v1 } from '../api/client.ts'
import { PLACE_NAMES, PLACES, pathTo, type Place } from '../places.ts'
import { useCan, useMe } from '../session/me.ts'
import { isShown } from './shown.ts'

interface Command {
  readonly id: string
  readonly title: string
  /** Within the router. */
  readonly to: string
  readonly shortcut: string | null
}

interface Group {
  readonly label: string
  readonly items: readonly Command[]
}

const MOST_KEYS = '8'
/** Shorter texts find too much. */
const LEAST_TEXT = 2

export default function CommandMenu({ close }: { readonly close: () => void }) {
  const [text, setText] = useState('')
  const [, go] = useLocation()
  const groups = useGroups(text.trim())
  const choose = ({ to }: Command) => {
    close()
    go(to)
  }
  return (
    <CommandPalette.Root
      open
      onOpenChange={(open) => {
        if (!open) close()
      }}
      items={[...groups]}
      value={text}
      onValueChange={setText}
      itemToStringValue={(group: Group) => group.label}
      onSelect={(item: Command) => choose(item)}
      getSelectableItems={(all: Group[]) => all.flatMap(({ items }) => [...items])}
    >
      <Dialog.Title className="sr-only">Search and commands</Dialog.Title>
      <CommandPalette.Input placeholder="Go to a page, or find a key" aria-label="Search and commands" />
      <CommandPalette.List>
        <CommandPalette.Results>
          {(group: Group) => (
            <CommandPalette.Group key={group.label} items={[...group.items]}>
              <CommandPalette.GroupLabel>{group.label}</CommandPalette.GroupLabel>
              <CommandPalette.Items>
                {(item: Command) => (
                  <CommandPalette.Item key={item.id} value={item} onClick={() => choose(item)}>
                    <span className="flex w-full items-center justify-between gap-3">
                      <span dir="auto">{item.title}</span>
                      {item.shortcut !== null && (
                        <kbd className="text-sm text-kumo-subtle">g {item.shortcut}</kbd>
                      )}
                    </span>
                  </CommandPalette.Item>
                )}
              </CommandPalette.Items>
            </CommandPalette.Group>
          )}
        </CommandPalette.Results>
        <CommandPalette.Empty>Nothing is called that</CommandPalette.Empty>
      </CommandPalette.List>
    </CommandPalette.Root>
  )
}

function useGroups(text: string): readonly Group[] {
  const me = useMe()
  const keys = useFoundKeys(useDeferredValue(text))
  const places = PLACE_NAMES.filter((name) => isShown(name, me) && !PLACES[name].path.includes(':')).map(
    (name) => {
      const { title, path, shortcut }: Place = PLACES[name]
      return { id: name, title, to: path, shortcut: shortcut ?? null }
    },
  )
  const fitting = places.filter(({ title }) => title.toLowerCase().includes(text.toLowerCase()))
  return [
    { label: 'Pages', items: fitting },
    { label: 'Keys', items: keys },
  ].filter(({ items }) => items.length > 0)
}

function useFoundKeys(text: string): readonly Command[] {
  const can = useCan()
  const { data } = useQuery({
    queryKey: ['keys', 'found', text],
    enabled: text.length >= LEAST_TEXT && can('keys:read'),
    queryFn: async ({ signal }) => {
      const options = { init: { signal } }
      const byName = /[\p{L}\p{N}]/u.test(text)
        ? await bodyOf(v1.keys.$get({ query: { name: text.slice(0, 64), limit: MOST_KEYS } }, options))
        : { data: [] }
      const byEnd = /^[!-~]{4}$/.test(text)
        ? await bodyOf(v1.keys.$get({ query: { last4: text, limit: MOST_KEYS } }, options))
        : { data: [] }
      return [...new Map([...byEnd.data, ...byName.data].map((key) => [key.id, key])).values()]
    },
  })
  return (data ?? []).map(({ id, name, start, last4 }) => ({
    id,
    title: `${name} (${start}…${last4})`,
    to: pathTo('key', id),
    shortcut: null,
  }))
}
