// A request that a route takes, to try it with. Pure.
import type { Call } from '../ui/curl.ts'

interface Taken {
  readonly hosts: readonly string[]
  readonly path: string
  readonly methods: readonly string[]
}

/** What stands where a pattern has `*`. */
const ANY = 'example'

/** @param here the origin that stands where every host is taken */
export function sampleOf({ hosts, path, methods }: Taken, here: string): Call {
  const host = hosts[0]?.replace(/^\*\./, 'www.')
  const origin = host === undefined ? here : `${new URL(here).protocol}//${host}`
  return {
    method: methods[0] === undefined || methods.includes('GET') ? 'GET' : methods[0],
    url: `${origin}${path.replaceAll('*', ANY)}`,
  }
}
