// What a log, or a row, may say of an error.

/** An error's class and nothing else: messages of storage errors contain parameters. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
