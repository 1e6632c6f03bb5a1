// The table of addresses: what the router, the navigation and the rewrites rest on.
import { describe, expect, it } from 'vitest'
import { PERMISSIONS } from '../../../src/policy/permissions.ts'
import { parseReturnTo } from '../../../src/policy/return-to.ts'
import { BASE, LINK_PATH, PLACE_NAMES, PLACES, pathTo, type Place } from '../../../src/portal/places.ts'

const places: readonly Place[] = PLACE_NAMES.map((name) => PLACES[name])

describe('places', () => {
  it('have addresses and shortcuts of their own', () => {
    const paths = places.map(({ path }) => path)
    const shortcuts = places.flatMap(({ shortcut }) => shortcut ?? [])
    expect(new Set(paths).size).toBe(paths.length)
    expect(new Set(shortcuts).size).toBe(shortcuts.length)
    expect(paths).not.toContain(LINK_PATH)
  })

  it('name permissions that exist', () => {
    for (const { permission } of places) if (permission !== null) expect(PERMISSIONS).toContain(permission)
  })

  it('are where a login may lead back to', () => {
    for (const { path } of places) expect(parseReturnTo(`${BASE}${path}`)).toBe(`${BASE}${path}`)
    expect(parseReturnTo(`${BASE}${LINK_PATH}`)).toBeNull()
  })

  it('take an id as one segment, whatever it holds', () => {
    expect(pathTo('key', 'a/b?c')).toBe('/keys/a%2Fb%3Fc')
  })
})
