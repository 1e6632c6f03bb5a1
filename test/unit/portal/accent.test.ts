// Whatever accent is chosen, what is written in it and on it can be read.
import { assert, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accentOf, contrast, inkOn } from '../../../src/portal/session/accent.ts'

const hex = integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`)
const ENOUGH = 4.5

describe('contrast', () => {
  it('is that of the published examples (WCAG 2.2)', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
    expect(contrast('#123456', '#123456')).toBe(1)
  })
})

describe('accentOf', () => {
  it('gives for every colour one that is readable on light and one on dark', () => {
    assert(
      property(hex, (color) => {
        const [, light = '', dark = ''] =
          /^light-dark\((#\w{6}), (#\w{6})\)$/.exec(accentOf(color)['--portal-accent'] ?? '') ?? []
        expect(contrast(light, '#f5f6f8')).toBeGreaterThanOrEqual(ENOUGH)
        expect(contrast(dark, '#16191d')).toBeGreaterThanOrEqual(ENOUGH)
        for (const background of [light, dark])
          expect(contrast(inkOn(background), background)).toBeGreaterThanOrEqual(ENOUGH)
      }),
    )
  })

  it('leaves a readable colour as it is', () => {
    expect(accentOf('#1d4ed8')['--portal-accent']).toMatch(/^light-dark\(#1d4ed8, /)
  })
})
