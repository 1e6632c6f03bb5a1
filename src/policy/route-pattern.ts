// Route patterns: literal segments, `:name` for one segment, `*` as the last segment for the rest (none included).
// No regular expressions: a pattern must be comparable with every other, and cheap for any path.
import { err, ok, type Result } from '../result.ts'

const MAX_LENGTH = 512
const LITERAL = /^[A-Za-z0-9\-._~!$&'()+,=@]+$/
const PARAMETER = /^:[A-Za-z_][A-Za-z0-9_]*$/

/**
 * Checks a route's path pattern, such as `/orders/:id/items/*`.
 * @returns the pattern, or a sentence that says what is wrong with it
 */
export function parseRoutePattern(text: string): Result<string, string> {
  if (!text.startsWith('/')) return err('must begin with /.')
  if (text.length > MAX_LENGTH) return err(`is longer than ${MAX_LENGTH} characters.`)
  const segments = text.slice(1).split('/')
  const wrong = segments.find((segment, i) => !isSegment(segment, i === segments.length - 1))
  if (wrong !== undefined)
    return err(`has a segment that is neither literal, :name nor a final *: "${wrong}".`)
  if (text.startsWith('/_latchkey/') || text === '/_latchkey')
    return err('lies under /_latchkey, which is reserved.')
  return ok(text)
}

function isSegment(segment: string, isLast: boolean): boolean {
  if (segment === '' || segment === '*') return isLast
  if (segment === '.' || segment === '..') return false
  return PARAMETER.test(segment) || LITERAL.test(segment)
}
