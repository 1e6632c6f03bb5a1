// Which places a role is shown, and where each begins. Only what is shown: the API refuses by itself.
import { PLACES, pathTo, type Place, type PlaceName } from '../places.ts'
import { isOperator, type Me } from '../session/me.ts'

export function isShown(name: PlaceName, me: Me): boolean {
  const { permission, operators }: Place = PLACES[name]
  if (operators === true && !isOperator(me)) return false
  return permission === null || me.permissions.includes(permission)
}

/** Where the navigation leads to, within the router; null: it needs something to be chosen first. */
export function entryOf(name: PlaceName, me: Me): string | null {
  if (!isShown(name, me)) return null
  // A member has one organization, and nothing to choose.
  if (name === 'organization' && me.organization !== null) return pathTo(name, me.organization.id)
  const { path } = PLACES[name]
  return path.includes(':') ? null : path
}
