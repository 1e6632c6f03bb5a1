// The places that the role is shown, under their headings.
import { Link, useRoute } from 'wouter'
import { PLACE_NAMES, PLACES, type Group } from '../places.ts'
import { useMe } from '../session/me.ts'
import { entryOf } from './shown.ts'

const GROUPS: readonly Exclude<Group, null>[] = ['Keys', 'People', 'API', 'Operation']

/** @param went called after a place was chosen */
export function Navigation({ went }: { readonly went?: () => void }) {
  const me = useMe()
  const entries = PLACE_NAMES.flatMap((name) => {
    const to = entryOf(name, me)
    return to === null ? [] : [{ name, to }]
  })
  return (
    <nav aria-label="Main" className="flex flex-col gap-5">
      {GROUPS.map((group) => {
        const places = entries.filter(({ name }) => PLACES[name].group === group)
        if (places.length === 0) return null
        return (
          <div key={group}>
            <h2 className="px-3 pb-1 text-sm font-medium text-kumo-subtle">{group}</h2>
            <ul>
              {places.map(({ name, to }) => (
                <li key={name}>
                  <Item title={PLACES[name].title} to={to} went={went} />
                </li>
              ))}
            </ul>
          </div>
        )
      })}
    </nav>
  )
}

interface ItemProps {
  readonly title: string
  readonly to: string
  readonly went: (() => void) | undefined
}

function Item({ title, to, went }: ItemProps) {
  const [isBelow] = useRoute(to === '/' ? '/' : `${to}/*?`)
  return (
    <Link
      to={to}
      onClick={went}
      aria-current={isBelow ? 'page' : undefined}
      className={`block rounded-lg px-3 py-1.5 hover:bg-kumo-tint ${isBelow ? 'portal-current font-medium' : ''}`}
    >
      {title}
    </Link>
  )
}
