// Work on many things, ten at a time, each behind those that it needs.

/** As many as Terraform works on unless it is told otherwise. */
const PARALLELISM = 10

/**
 * The first failure is thrown when what was begun beside it has ended, and nothing further is begun.
 * @param needed what has to be done before; what is not among `all` is done already
 */
export async function inWaves<T>(
  all: readonly T[],
  needed: (one: T) => readonly T[],
  work: (one: T) => Promise<void>,
): Promise<void> {
  const left = new Set(all)
  while (left.size > 0) {
    const free = [...left].filter((one) => !needed(one).some((other) => left.has(other)))
    if (free.length === 0) throw new Error('They need each other.')
    const wave = free.slice(0, PARALLELISM)
    const ended = await Promise.allSettled(wave.map(work))
    const failed = ended.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    for (const one of wave) left.delete(one)
  }
}
