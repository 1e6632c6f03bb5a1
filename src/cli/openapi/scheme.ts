// Where a security scheme of OpenAPI has its credential, as the gateway reads a key.
import { err, ok, type Result } from '../../result.ts'
import type { CredentialLocation } from '../../model/policy.ts'
import { isJsonObject, member, textOf, type JsonObject } from '../json.ts'
import { unfit, wrong, type Objection } from './objection.ts'
import { below, follow } from './pointer.ts'

const BEARER = { in: 'bearer' } as const
const NO_KEY = 'The gateway reads no key from other schemes of HTTP than bearer.'
const BEARER_OR_NOT =
  'Whether Bearer stands before the key is not said: declare it as a scheme of type http with bearer.'

/** @param pointer of the requirement that names the scheme */
export function locationOf(
  document: JsonObject,
  name: string,
  pointer: string,
): Result<CredentialLocation, Objection> {
  const schemes = member(document.components, 'securitySchemes')
  const place = { value: member(schemes, name), pointer: below('/components/securitySchemes', name) }
  if (place.value === undefined)
    return err(wrong(below(pointer, name), `There is no security scheme named "${name}".`))
  const found = follow(document, place)
  if (!found.ok) return found
  const { value: scheme, pointer: at } = found.value
  if (!isJsonObject(scheme)) return err(wrong(at, 'Is no security scheme.'))
  return readScheme(scheme, at)
}

function readScheme(scheme: JsonObject, pointer: string): Result<CredentialLocation, Objection> {
  switch (textOf(scheme.type) ?? '') {
    case 'apiKey':
      return placeOf(scheme, pointer)
    case 'http':
      return textOf(scheme.scheme)?.toLowerCase() === 'bearer'
        ? ok(BEARER)
        : err(unfit(below(pointer, 'scheme'), NO_KEY))
    case 'oauth2':
    case 'openIdConnect':
      return ok(BEARER)
    case 'mutualTLS':
      return err(unfit(pointer, 'A certificate of the client is no key of the gateway.'))
    default:
      return err(wrong(below(pointer, 'type'), 'Is no type of security scheme.'))
  }
}

function placeOf(scheme: JsonObject, pointer: string): Result<CredentialLocation, Objection> {
  const name = textOf(scheme.name) ?? ''
  if (name === '') return err(wrong(below(pointer, 'name'), 'Is no name of a parameter.'))
  const place = textOf(scheme.in) ?? ''
  switch (place) {
    case 'header':
      return name.toLowerCase() === 'authorization'
        ? err(unfit(pointer, BEARER_OR_NOT))
        : ok({ in: 'header', name: name.toLowerCase() })
    case 'query':
    case 'cookie':
      return ok({ in: place, name })
    default:
      return err(wrong(below(pointer, 'in'), 'Is none of header, query and cookie.'))
  }
}
