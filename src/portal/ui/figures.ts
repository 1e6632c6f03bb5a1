// Numbers in the reader's language.

const COUNT = new Intl.NumberFormat()
const SHORT = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 })
const SHARE = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 2 })
const DURATIONS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

export function count(value: number): string {
  return COUNT.format(value)
}

/** For axes and tiles: 12.3K. */
export function short(value: number): string {
  return SHORT.format(value)
}

/** @param share 0 to 1 */
export function percent(share: number): string {
  return SHARE.format(share)
}

export function milliseconds(value: number): string {
  return `${COUNT.format(value)} ms`
}

/** In the largest unit that fits evenly: 86400 is "1 day", 5400 "90 minutes". */
export function duration(seconds: number): string {
  const [unit, size] = DURATIONS.find(([, each]) => seconds >= each && seconds % each === 0) ?? ['second', 1]
  return new Intl.NumberFormat(undefined, { style: 'unit', unit, unitDisplay: 'long' }).format(seconds / size)
}

const PLURAL = new Intl.PluralRules()

/** "1 request", "2 requests". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${PLURAL.select(value) === 'one' ? one : many}`
}
