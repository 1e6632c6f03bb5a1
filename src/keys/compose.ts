// The text of a new key, put together from its parts: the reverse of format.ts, which the gateway never needs.
import { isKeyPrefix, type KeyShape } from './format.ts'

/** Of operators' keys. No project's keys bear it. */
export const OPERATOR_PREFIX = 'lko'

const REGION = /^[a-z]{2}$/

/** `pk` marks a publishable key and is never a region. */
export function isRegion(text: string): boolean {
  return REGION.test(text) && text !== 'pk'
}

/** A key from its parts. @throws RangeError when they do not make one */
export function formatKey(shape: KeyShape, random: string, check: string): string {
  if (!/^[0-9A-Za-z]{6}$/.test(check)) throw new RangeError('A check is six base62 digits.')
  return formatBody(shape, random) + check
}

/** Everything before the check. @throws RangeError when the parts do not make a key. It never quotes the random part */
export function formatBody({ prefix, region, kind, environment }: KeyShape, random: string): string {
  if (!isKeyPrefix(prefix)) throw new RangeError(`${JSON.stringify(prefix)} cannot be a key prefix.`)
  if (region !== null && !isRegion(region))
    throw new RangeError(`${JSON.stringify(region)} cannot be a region.`)
  if (!/^[0-9A-Za-z]{32}$/.test(random)) throw new RangeError('The random part is 32 base62 digits.')
  const marks = [prefix, ...(region === null ? [] : [region]), ...(kind === 'publishable' ? ['pk'] : [])]
  return [...marks, environment, random].join('_')
}
