// Operations of one document that could not both be what they say: of two routes that take the same request one decides, and which
// one nobody has said.
import { compareSpecificity } from '../../policy/specificity.ts'
import { wrong, type Objection } from './objection.ts'
import { below } from './pointer.ts'
import type { ImportedRoute, Translated } from './routes.ts'

export function clashes(translated: readonly Translated[]): readonly Objection[] {
  const patterns = new Map<string, Translated>()
  const names = new Map<string, Translated>()
  return translated.flatMap((one) => {
    const { route, operation } = one
    const sameName = taking(names, route.name, one)
    const sameRequests = taking(patterns, `${route.methods[0]} ${shapeOf(route.path)}`, one)
    const get = route.methods[0] === 'HEAD' ? getOf(translated, route) : undefined
    return [
      ...(sameName === null ? [] : [wrong(nameAt(one), `Is called "${route.name}", as ${at(sameName)} is.`)]),
      ...(sameRequests === null
        ? []
        : [wrong(operation.pointer, `Takes the same requests as ${at(sameRequests)}.`)]),
      ...(get === undefined || needsSame(get.route, route)
        ? []
        : [wrong(operation.pointer, `Needs something else than ${at(get)}, whose route takes HEAD too.`)]),
    ]
  })
}

/** @returns who has it already; null where nobody has, and this one has it now */
function taking(taken: Map<string, Translated>, what: string, one: Translated): Translated | null {
  const holder = taken.get(what)
  if (holder === undefined) taken.set(what, one)
  return holder ?? null
}

/** The same for paths that differ in the names of their parameters alone. */
function shapeOf(path: string): string {
  return path.replace(/\/:[^/]+/g, '/:')
}

function getOf(translated: readonly Translated[], { path }: ImportedRoute): Translated | undefined {
  return translated.find(
    ({ route }) => route.methods[0] === 'GET' && compareSpecificity(route.path, path) === 0,
  )
}

function needsSame(a: ImportedRoute, b: ImportedRoute): boolean {
  return needsOf(a) === needsOf(b)
}

function needsOf({ auth, scopes, credential_locations: locations }: ImportedRoute): string {
  return JSON.stringify([auth, scopes?.toSorted(), locations])
}

function nameAt({ operation }: Translated): string {
  return operation.id === null ? operation.pointer : below(operation.pointer, 'operationId')
}

function at({ operation }: Translated): string {
  return `#${operation.pointer}`
}
