// The address of a one-time link. The token stands in the fragment, which no browser sends.

const LINK_PAGE_PATH = '/_latchkey/portal/session'

/** @param requestUrl of whoever asks for the link: the control plane has one host, and this is it */
export function linkUrl(requestUrl: string, token: string): string {
  return `${new URL(requestUrl).origin}${LINK_PAGE_PATH}#${token}`
}
