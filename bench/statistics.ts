// Order statistics: medians, ranges and percentiles of small samples. No means, which one bad round would bend.

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** @throws RangeError for an empty sample */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  return { median: percentile(sorted, 0.5), min: percentile(sorted, 0), max: percentile(sorted, 1) }
}

/**
 * The value below which `share` of the sample lies, between two neighbours in proportion.
 * @param sorted ascending
 * @throws RangeError for an empty sample
 */
export function percentile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share
  const below = sorted[Math.floor(position)]
  const above = sorted[Math.ceil(position)]
  if (below === undefined || above === undefined) throw new RangeError('An empty sample has no percentiles.')
  return below + (above - below) * (position - Math.floor(position))
}
