// Which requests were a use of their key: those that were admitted, whether the origin answered or not. A refused one is no sign
// that somebody still needs the key.

export const USES: ReadonlySet<string> = new Set([
  'passed',
  'origin_error',
  'origin_timeout',
  'origin_unreachable',
])
