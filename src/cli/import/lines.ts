// Text of a file piece by piece: as UTF-8 without a byte order mark, and as lines of bounded length.
import type { Refusal } from './item.ts'

/** A thing that was read, or why it was not, and the line (from 1) that it begins in. */
export type Read<T> =
  { readonly line: number; readonly value: T } | { readonly line: number; readonly refusal: Refusal }

/** A key and its fields fit in a fraction of it. */
export const MAX_RECORD_LENGTH = 64 * 1024

/** What is no UTF-8 becomes U+FFFD, which no key may hold. */
export async function* textOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}

/** Lines without their ends, LF or CR LF. Of one that is too long, nothing is kept. */
export async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<Read<string>> {
  let number = 1
  let rest = ''
  let isTooLong = false
  for await (const chunk of text) {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      yield lineOf(number, part, isTooLong)
      isTooLong = false
      number += 1
    }
    if (rest.length <= MAX_RECORD_LENGTH) continue
    isTooLong = true
    rest = ''
  }
  if (rest !== '' || isTooLong) yield lineOf(number, rest, isTooLong)
}

function lineOf(line: number, text: string, isTooLong: boolean): Read<string> {
  if (isTooLong || text.length > MAX_RECORD_LENGTH) return { line, refusal: { code: 'too_long_line' } }
  return { line, value: text.endsWith('\r') ? text.slice(0, -1) : text }
}
