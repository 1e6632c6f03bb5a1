// A request as a command line. Pure.

export interface Call {
  readonly method: string
  readonly url: string
}

/** The key is named by its variable: what is typed into a shell is kept, and seen by others on the machine. */
export function curlOf({ method, url }: Call, variable: string): string {
  const asked = method === 'GET' ? '' : `-X ${method} `
  return `curl ${asked}-H "Authorization: Bearer $${variable}" '${url.replaceAll("'", '%27')}'`
}
