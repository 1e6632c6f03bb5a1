// The places that the role is shown, under their headings.
import { Link, useRoute } from 'wouter'
import { PLACE_NAMES, PLACES, type Group, type PlaceName } from '../places.ts'
import { useMe } from '../session/me.ts'
import { isShown } from './shown.ts'

const GROUPS: readonly Exclude<Group, null>[] = ['Keys', 'People', 'API', 'Operation']

/** @param went called after a place was chosen */
export function Navigation({ went }: { readonly went?: () => void }) {
  const me = useMe()
  const shown = PLACE_NAMES.filter((name) => isShown(name, me))
  return (
    <nav aria-label="Main" className="flex flex-col gap-5">
      {GROUPS.map((group) => {
        const places = shown.filter((name) => PLACES[name].group === group)
        if (places.length === 0) return null
        return (
          <div key={group}>
            <h2 className="px-3 pb-1 text-sm font-medium text-kumo-subtle">{group}</h2>
            <ul>
              {places.map((name) => (
                <li key={name}>
                  <Item name={name} went={went} />
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
  readonly name: PlaceName
  readonly went: (() => void) | undefined
}

function Item({ name, went }: ItemProps) {
  const { path, title } = PLACES[name]
  const [isBelow] = useRoute(path === '/' ? '/' : `${path}/*?`)
  return (
    <Link
      to={path}
      onClick={went}
      aria-current={isBelow ? 'page' : undefined}
      className={`block rounded-lg px-3 py-1.5 hover:bg-kumo-tint ${isBelow ? 'portal-current font-medium' : ''}`}
    >
      {title}
    </Link>
  )
}
