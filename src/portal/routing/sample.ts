// A request that a route takes, to try it with. Pure.

interface Taken {
  readonly hosts: readonly string[]
  readonly path: string
  readonly methods: readonly string[]
}

/** What stands where a pattern has `*`. */
const ANY = 'example'

/** @param here the origin that stands where every host is taken */
export function sampleOf({ hosts, path, methods }: Taken, here: string) {
  const host = hosts[0]?.replace(/^\*\./, 'www.')
  const origin = host === undefined ? here : `${new URL(here).protocol}//${host}`
  return {
    method: methods[0] === undefined || methods.includes('GET') ? 'GET' : methods[0],
    url: `${origin}${path.replaceAll('*', ANY)}`,
  }
}

/** The key is named by its variable: what is typed into a shell is kept, and seen by others on the machine. */
export function curlOf({ method, url }: ReturnType<typeof sampleOf>, variable: string): string {
  const asked = method === 'GET' ? '' : `-X ${method} `
  return `curl ${asked}-H "Authorization: Bearer $${variable}" '${url.replaceAll("'", '%27')}'`
}
