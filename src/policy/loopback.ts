// What stays on this machine, and what can be read on its way because it does not.

/** True for http that leaves this machine: whatever secret it carries can be read on the way. */
export function isCleartext(url: string, localDevelopment: boolean): boolean {
  // The scheme first: only an http request is worth a URL object.
  return url.startsWith('http:') && !localDevelopment && !isLoopback(new URL(url).hostname)
}

/** True for a host name or literal that can only mean this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
