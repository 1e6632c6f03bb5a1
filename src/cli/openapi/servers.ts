// Below which path the operations of a document are, as its servers say. Which hosts they are is said when the routes are made.
import { err, ok, type Result } from '../../result.ts'
import { isJsonObject, isList, listOf, member, textOf, type Json } from '../json.ts'
import { unfit, wrong, type Objection } from './objection.ts'
import { below, type Placed } from './pointer.ts'

/** Scheme and authority, with whatever they leave open; then the path. */
const URL_PARTS = /^((?:[^:/?#]+:)?\/\/[^/?#]*)?(\/[^?#]*)?$/

/** @returns '' or `/v1`; an objection where it could be several */
export function basePathOf({ value, pointer }: Placed<Json | undefined>): Result<string, Objection> {
  if (value !== undefined && !isList(value)) return err(wrong(pointer, 'Is no list of servers.'))
  const bases = new Set<string>()
  for (const [index, server] of listOf(value).entries()) {
    const base = baseOf({ value: server, pointer: below(pointer, String(index)) })
    if (!base.ok) return base
    bases.add(base.value)
  }
  const [first = '', another] = bases
  if (another === undefined) return ok(first)
  return err(
    wrong(pointer, `The servers have different paths (${[...bases].join(', ')}): say which with --base.`),
  )
}

/** Whether an operation is at another place than the rest: the upstream is one place. */
export function isElsewhere(own: Json | undefined, whole: Json | undefined): boolean {
  const [here, there] = [placesOf(own), placesOf(whole)]
  return here.size > 0 && there.size > 0 && ![...here].some((place) => there.has(place))
}

export function refuseElsewhere(pointer: string): Objection {
  return unfit(pointer, 'Is at other servers than the rest of the document: import it for their upstream.')
}

function placesOf(servers: Json | undefined): ReadonlySet<string> {
  const urls = listOf(servers).map((server) => textOf(member(server, 'url')) ?? '')
  return new Set(urls.flatMap((url) => URL_PARTS.exec(url)?.[1]?.toLowerCase() ?? []))
}

function baseOf({ value, pointer }: Placed<Json>): Result<string, Objection> {
  const at = below(pointer, 'url')
  const url = textOf(member(value, 'url'))
  if (url === null) return err(wrong(at, 'Is no URL.'))
  const parts = URL_PARTS.exec(url)
  if (parts === null) return err(wrong(at, 'Is relative to where the document is: say the path with --base.'))
  const path = (parts[2] ?? '').replace(/\/+$/, '')
  const names = [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name)
  const open = names.find((name) => onlyValueOf(value, name) === null)
  if (open !== undefined)
    return err(wrong(at, `The variable {${open}} can have several values: say the path with --base.`))
  const filled = path.replace(/\{([^{}]*)\}/g, (_, name: string) => onlyValueOf(value, name) ?? '')
  if (/[{}]/.test(filled))
    return err(wrong(at, 'A variable of the path is in a variable: say it with --base.'))
  return ok(filled.replace(/\/+$/, ''))
}

/** Of a variable of a server's URL: its default, unless the document lists others. */
function onlyValueOf(server: Json, name: string): string | null {
  const variable = member(member(server, 'variables'), name)
  if (!isJsonObject(variable) || listOf(variable.enum).length > 1) return null
  return textOf(variable.default)
}
