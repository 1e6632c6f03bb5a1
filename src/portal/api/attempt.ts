// What tells the second sending of a form from a second wish: a double click or a retry after a lost answer makes one thing.
import { useState } from 'react'

interface Keyed {
  readonly headers: { readonly 'Idempotency-Key': string }
}

/** Of one form, as long as it is open. The same body again is the same wish; another body is another. */
export function useAttempt(): (body: unknown) => Promise<Keyed> {
  const [attempt] = useState(() => crypto.randomUUID())
  return async (body) => ({
    headers: { 'Idempotency-Key': `${attempt}-${await digest(JSON.stringify(body))}` },
  })
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(hash, 0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
