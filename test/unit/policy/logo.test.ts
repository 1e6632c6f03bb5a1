import { describe, expect, it } from 'vitest'
import { brokenLogo, MAX_LOGO_BYTES, MAX_LOGO_LENGTH } from '../../../src/policy/logo.ts'

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const WEBP = [...Buffer.from('RIFF'), 1, 2, 3, 4, ...Buffer.from('WEBP')]
const url = (type: string, bytes: readonly number[] | string) =>
  `data:${type};base64,${Buffer.from(typeof bytes === 'string' ? [...Buffer.from(bytes)] : [...bytes]).toString('base64')}`
const svg = (text: string) => url('image/svg+xml', text)

describe('a logo', () => {
  it.each<[string, string]>([
    ['a PNG', url('image/png', PNG)],
    ['a WebP', url('image/webp', WEBP)],
    ['an SVG', svg('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['an SVG with a byte order mark', svg('\uFEFF<svg>')],
    ['an SVG with a prolog', svg('<?xml version="1.0"?>\n<!-- <a> -->\n<!DOCTYPE svg>\n<!-- b --><svg\n>')],
    [
      'an SVG of a document type with a public id',
      svg('<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x"><svg>'),
    ],
    ['as long as may be', url('image/png', [...PNG, ...Array<number>(MAX_LOGO_BYTES - PNG.length).fill(0)])],
  ])('may be %s', (_, logo) => {
    expect(brokenLogo(logo)).toBeNull()
    expect(logo.length).toBeLessThanOrEqual(MAX_LOGO_LENGTH)
  })

  it.each<[string, string]>([
    ['a link', 'https://example.com/logo.png'],
    ['a data: URL without base64', 'data:image/svg+xml,<svg/>'],
    ['a page', url('text/html', '<svg>')],
    ['a type that every object has', url('constructor', '<svg>')],
    ['a GIF', url('image/gif', 'GIF89a')],
    ['a type with a parameter', 'data:image/svg+xml;charset=utf-8;base64,PHN2Zz4='],
    ['nothing', 'data:image/png;base64,'],
    ['base64 of an impossible length', 'data:image/png;base64,iVBOR'],
    ['base64url', 'data:image/png;base64,_-__'],
    ['a space behind it', `${url('image/png', PNG)} `],
    ['a PNG that is none', url('image/png', [...PNG.slice(0, -1), 0])],
    ['a PNG that is a WebP', url('image/png', WEBP)],
    ['half a signature', url('image/webp', 'RIFF')],
    ['an SVG that is a PNG', url('image/svg+xml', PNG)],
    ['an SVG that is a page', svg('<html><svg></html>')],
    ['an SVG of another name', svg('<svgx>')],
    ['an SVG that is all comment', svg('<!-- <svg> ')],
    ['an SVG with entities of its own', svg('<!DOCTYPE svg [<!ENTITY a "b">]><svg>')],
    ['an SVG that is no UTF-8', url('image/svg+xml', [...Buffer.from('<svg>'), 0xff])],
    [
      'one byte too long',
      url('image/png', [...PNG, ...Array<number>(MAX_LOGO_BYTES - PNG.length + 1).fill(0)]),
    ],
  ])('is not %s', (_, logo) => {
    expect(brokenLogo(logo)).not.toBeNull()
  })

  it('with thousands of comments is judged at once', () => {
    expect(brokenLogo(svg('<!---->'.repeat(4_000)))).toBe('Is not image/svg+xml.')
  })
})
