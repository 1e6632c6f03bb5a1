// Every remote call states how long it may take.

/** Settles as `promise` does, or rejects with a `TimeoutError` when it has not settled in time. */
export async function withTimeout<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new DOMException('Timed out', 'TimeoutError')), milliseconds)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
