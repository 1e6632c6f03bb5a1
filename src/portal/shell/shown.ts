// Which places a role is shown. Only what is shown: the API refuses by itself.
import { PLACES, type Place, type PlaceName } from '../places.ts'
import { isOperator, type Me } from '../session/me.ts'

export function isShown(name: PlaceName, me: Me): boolean {
  const { permission, operators }: Place = PLACES[name]
  if (operators === true && !isOperator(me)) return false
  return permission === null || me.permissions.includes(permission)
}
