// The body of a long answer, so that it can be cut: it runs through a stream of ours. The bytes are the origin's, also
// where they are compressed (upstream.ts asks for them raw), so no choice of Accept-Encoding gets around the watch.
import type { KeyedAdmission } from './exchange.ts'
import { watch } from './watch.ts'

/** @param length of the body in bytes, null where it is not known */
export function watchBody(
  body: ReadableStream,
  length: number | null,
  admission: KeyedAdmission,
): ReadableStream {
  // With a length the runtime keeps `Content-Length`, and a body that ends early breaks instead of ending.
  const { readable, writable } =
    length === null ? new IdentityTransformStream() : new FixedLengthStream(length)
  const cutter = new AbortController()
  const cut = (code: string) => cutter.abort(new Error(code))
  const stop = watch({ kind: 'body', cut }, admission)
  // Not given to waitUntil: a client that goes away ends the pipe, and with it the origin's connection, at once. Why it
  // ended shows in the answer itself, which is broken.
  void body.pipeTo(writable, { signal: cutter.signal }).then(stop, stop)
  return readable
}
