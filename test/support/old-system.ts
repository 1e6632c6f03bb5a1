// A gateway in shadow mode, and the system that it asks about keys which nobody here knows.
import { createTestGateway, testConfig, type TestGateway } from './gateway-deps.ts'

const HOST = 'https://old.example.com'
export const OLD_VERIFIER = `${HOST}/introspect`

export interface OldSystem {
  /** What it was asked. A test empties it. */
  asked: { readonly url: string; readonly init: RequestInit }[]
  answer: () => Response | Promise<Response>
}

/** RFC 7662, of a key that the old system knows. */
export const active = (more: object = {}) => Response.json({ active: true, ...more })

/** A gateway whose requests to the old system are answered by it. */
export function beside(old: OldSystem, made: TestGateway = createTestGateway(testConfig())): TestGateway {
  const { fetch } = made.deps
  made.deps.fetch = async (url, init) => {
    if (!url.startsWith(`${HOST}/`)) return fetch(url, init)
    old.asked.push({ url, init })
    return old.answer()
  }
  return made
}
