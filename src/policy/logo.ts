// Which images may stand as a logo. Whoever looks at the portal gets it in a data: URL of an <img>, where no script of an
// SVG runs and nothing outside is loaded; what is checked here is that it is the image it says it is. Pure.

export const MAX_LOGO_BYTES = 32 * 1024
/** `data:image/svg+xml;base64,` and four characters for three bytes. */
export const MAX_LOGO_LENGTH = 26 + Math.ceil(MAX_LOGO_BYTES / 3) * 4

/** The types that are taken, each with how its bytes are known. */
const IS_OF_TYPE: ReadonlyMap<string, (bytes: Uint8Array) => boolean> = new Map([
  ['image/png', (bytes) => startsWith(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
  [
    'image/webp',
    (bytes) =>
      startsWith(bytes, 0, [0x52, 0x49, 0x46, 0x46]) && startsWith(bytes, 8, [0x57, 0x45, 0x42, 0x50]),
  ],
  ['image/svg+xml', isSvg],
])

/** @returns one sentence about what is wrong with the data: URL, null where nothing is */
export function brokenLogo(url: string): string | null {
  const [, type = '', encoded = ''] = /^data:([a-z/+]+);base64,([A-Za-z\d+/]+={0,2})$/.exec(url) ?? []
  const isOfType = IS_OF_TYPE.get(type)
  if (isOfType === undefined)
    return 'Takes a data: URL of image/png, image/webp or image/svg+xml in base64, or null.'
  const bytes = decodeBase64(encoded)
  if (bytes === null) return 'Is not base64.'
  if (bytes.length > MAX_LOGO_BYTES) return `Exceeds ${MAX_LOGO_BYTES} bytes.`
  return isOfType(bytes) ? null : `Is not ${type}.`
}

function decodeBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return null
  }
}

function startsWith(bytes: Uint8Array, offset: number, signature: readonly number[]): boolean {
  return signature.every((byte, index) => bytes[offset + index] === byte)
}

function isSvg(bytes: Uint8Array): boolean {
  try {
    return /^<svg[\s/>]/.test(
      afterProlog(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)),
    )
  } catch {
    return false
  }
}

/** What may stand before the root element (XML 1.0, section 2.8), and where each of it ends. */
const PROLOG: readonly (readonly [begin: string, end: string])[] = [
  ['<?', '?>'],
  ['<!--', '-->'],
  ['<!DOCTYPE', '>'],
]

// Step by step, because one expression for all of it would have many ways to fail over the same comments. A document type with
// declarations of its own ends too early here, so that its entities are refused with it.
function afterProlog(text: string): string {
  let rest = text.trimStart()
  for (;;) {
    const item = PROLOG.find(([begin]) => rest.startsWith(begin))
    if (item === undefined) return rest
    const end = rest.indexOf(item[1])
    if (end === -1) return ''
    rest = rest.slice(end + item[1].length).trimStart()
  }
}
