// An accent that anybody may choose, made readable: darker on light and lighter on dark until its contrast is enough. Pure.

/** Of text against its background (WCAG 2.2, 1.4.3). */
const CONTRAST = 4.5
const LIGHT_CANVAS = '#f5f6f8'
const DARK_CANVAS = '#16191d'
const STEP = 0.06

type Rgb = readonly [number, number, number]

/** Custom properties for both modes. @param hex `#rrggbb` */
export function accentOf(hex: string): Readonly<Record<string, string>> {
  const onLight = towards(hex, '#000000', LIGHT_CANVAS)
  const onDark = towards(hex, '#ffffff', DARK_CANVAS)
  return {
    '--portal-accent': `light-dark(${onLight}, ${onDark})`,
    '--portal-on-accent': `light-dark(${inkOn(onLight)}, ${inkOn(onDark)})`,
  }
}

/** Black or white, whichever reads better. */
export function inkOn(hex: string): '#000000' | '#ffffff' {
  return contrast(hex, '#ffffff') >= contrast(hex, '#000000') ? '#ffffff' : '#000000'
}

/** Contrast ratio, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05)
}

function towards(hex: string, end: string, background: string): string {
  let color = hex
  for (let share = 0; share <= 1 && contrast(color, background) < CONTRAST; share += STEP)
    color = mix(hex, end, share)
  return color
}

function mix(from: string, to: string, share: number): string {
  const [a, b] = [rgb(from), rgb(to)]
  const mixed = a.map((value, i) => Math.round(value + ((b[i] ?? 0) - value) * share))
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

function luminance(hex: string): number {
  const [r, g, b] = rgb(hex).map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0)
}

function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}
