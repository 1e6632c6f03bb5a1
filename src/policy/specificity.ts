// Which of two route patterns is the more specific (what a pattern is: route-pattern.ts).

/**
 * Orders patterns so that the more specific stands first: by segment, literal before `:name` before `*`; where one
 * ends, the longer first. Two patterns that differ only in parameter names are equal.
 * @returns negative if `a` is more specific, 0 if they match the same paths
 */
export function compareSpecificity(a: string, b: string): number {
  const left = a.split('/')
  const right = b.split('/')
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = rank(left[i]) - rank(right[i])
    if (difference !== 0) return difference
    if (rank(left[i]) === 0 && left[i] !== right[i]) return (left[i] ?? '') < (right[i] ?? '') ? -1 : 1
  }
  return 0
}

// A pattern that has ended is exact where the other goes on to `*`: `/orders` is more specific than `/orders/*`.
function rank(segment: string | undefined): number {
  if (segment === undefined) return 2
  if (segment === '*') return 3
  return segment.startsWith(':') ? 1 : 0
}
