// Base 62: the digits of keys. Letters and digits only, so that one double-click selects a whole key and no
// transport (URL, header, shell, JSON) has a reason to escape it.

/** In ASCII order. Changing it would invalidate the check of every key ever issued. */
export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** `value` in exactly `width` digits, most significant first. Higher digits than `width` are dropped. */
export function toBase62(value: number, width: number): string {
  let text = ''
  let rest = value
  for (let i = 0; i < width; i++) {
    text = BASE62.charAt(rest % 62) + text
    rest = Math.floor(rest / 62)
  }
  return text
}
