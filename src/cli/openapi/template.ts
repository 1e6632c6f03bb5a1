// Path templates of OpenAPI as patterns of the gateway. What the gateway could only tell with less precision is refused: a
// pattern that takes more paths than the document names would put a scope, or none, on what nobody spoke of.
import { err, type Result } from '../../result.ts'
import { parseRoutePattern } from '../../policy/route-pattern.ts'

const PARAMETER = /^\{([^{}]+)\}$/

/** @returns `/pets/:id` of `/pets/{id}`, or a sentence that says what is wrong with it */
export function patternOf(template: string): Result<string, string> {
  if (!template.startsWith('/')) return err('The path does not begin with /.')
  const segments = template.split('/')
  const partial = segments.find((segment) => /[{}]/.test(segment) && !PARAMETER.test(segment))
  if (partial !== undefined)
    return err(`"${partial}" is a parameter in a part of a segment: the gateway tells whole segments apart.`)
  const meant = segments.find((segment) => segment.startsWith(':') || segment.includes('*'))
  if (meant !== undefined)
    return err(`"${meant}" means itself in OpenAPI, and in the gateway more than itself, or nothing.`)
  const pattern = parseRoutePattern(segments.map(segmentOf).join('/'))
  return pattern.ok ? pattern : err(`The path ${pattern.error}`)
}

/** Of `{pet-id}` the gateway's `:pet_id`; what it is called matters to nobody but a reader. */
function segmentOf(segment: string): string {
  const name = PARAMETER.exec(segment)?.[1]
  if (name === undefined) return segment
  const plain = name.replace(/[^A-Za-z0-9_]/g, '_')
  return /^\d/.test(plain) ? `:_${plain}` : `:${plain}`
}
