// Whether a command printed what its page shows. Pages show the part that matters, with `...` and `<words>` for what differs from
// run to run; ids and times stand for any id of that kind and any time.
import type { Shown } from './pages.ts'

const ANYTHING = /\.\.\.|…|<[^<>\s][^<>]*>/
const ID = /\b(?:[a-z]{2,4}_)[0-9a-z]{26}\b/
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/
const VARIABLE = new RegExp(`(${ANYTHING.source}|${ID.source}|${TIME.source})`)

/** Sentences about what is missing; none where it is all there. `json` is an answer, everything else are lines of it. */
export function missingFrom(printed: string, { language, text }: Shown): readonly string[] {
  if (language !== 'json') return missingLines(printed, text)
  const shown = parseJson(text)
  const answer = parseJson(printed)
  if (shown === undefined) return [`what is shown is no JSON: ${text}`]
  if (answer === undefined) return [`what was printed is no JSON: ${printed}`]
  return differences(answer, shown, '$')
}

/** Statuses that a page shows as `HTTP/1.1 429 ...`, from 400 on: all others mean that it does not work. */
export function shownFailures(shown: Shown | null): readonly number[] {
  return [...(shown?.text ?? '').matchAll(/^HTTP\/[\d.]+ ([45]\d\d)/gm)].map((match) => Number(match[1]))
}

function missingLines(printed: string, shown: string): readonly string[] {
  const lines = printed.split(/\r?\n/)
  const missing: string[] = []
  let from = 0
  for (const line of shown.split('\n').filter((one) => one.trim() !== '')) {
    const found = lines.findIndex((one, index) => index >= from && matches(one, line))
    if (found === -1) missing.push(`not printed, or not in this order: ${line}`)
    else from = found + 1
  }
  return missing
}

/** What is shown has to be there; a page leaves out what does not matter, but nothing from the middle of a list. */
function differences(answer: unknown, shown: unknown, place: string): readonly string[] {
  if (Array.isArray(shown)) {
    if (!Array.isArray(answer) || answer.length !== shown.length) return [unlike(answer, shown, place)]
    return shown.flatMap((item, index) => differences(answer[index], item, `${place}[${index}]`))
  }
  if (isObject(shown)) {
    if (!isObject(answer)) return [unlike(answer, shown, place)]
    return Object.entries(shown).flatMap(([name, value]) =>
      differences(answer[name], value, `${place}.${name}`),
    )
  }
  const alike =
    typeof shown === 'string' ? typeof answer === 'string' && matches(answer, shown) : answer === shown
  return alike ? [] : [unlike(answer, shown, place)]
}

function unlike(answer: unknown, shown: unknown, place: string): string {
  return `${place} is ${JSON.stringify(answer)}, shown is ${JSON.stringify(shown)}`
}

function matches(printed: string, shown: string): boolean {
  const parts = shown.trim().split(VARIABLE).map(patternOf)
  return new RegExp(`^${parts.join('')}$`, 's').test(printed.trim())
}

function patternOf(part: string): string {
  if (whole(ANYTHING).test(part)) return '.*'
  if (whole(TIME).test(part)) return TIME.source
  if (whole(ID).test(part)) return `${part.slice(0, part.indexOf('_') + 1)}[0-9a-z]{26}`
  return part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

function whole(pattern: RegExp): RegExp {
  return new RegExp(`^(?:${pattern.source})$`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
