// What a thrown storage error means. D1 has no error codes: its messages are all there is to read.

/**
 * True if the tables are missing, or are older than this code: migrations only add, so an upgraded Worker that runs
 * before its migrations misses a column.
 */
export function isMissingSchema(error: unknown): boolean {
  return causes(error).some(({ message }) => /no such (?:table|column)|has no column named/i.test(message))
}

/** Columns of the unique index that a write ran into, such as `['plans.name']`; null for any other error. */
export function violatedUnique(error: unknown): readonly string[] | null {
  for (const { message } of causes(error)) {
    const columns = /UNIQUE constraint failed: ([\w., ]+)/.exec(message)?.[1]
    if (columns !== undefined) return columns.split(',').map((column) => column.trim())
  }
  return null
}

/**
 * True if an audit event could not take its position: another writer has it (unique index), or the condition of the change
 * no longer holds (src/store/audit.ts).
 */
export function lostChainPosition(error: unknown): boolean {
  if (violatedUnique(error)?.includes('audit_events.seq') === true) return true
  return causes(error).some(({ message }) => /NOT NULL constraint failed: audit_events\.seq/.test(message))
}

/**
 * The innermost cause. The only part of a storage error that may be logged: the message of drizzle's own error holds
 * the parameters of the query, names and metadata of customers among them.
 */
export function rootCause(error: unknown): unknown {
  return causes(error).at(-1) ?? error
}

// Bounded, because nothing forbids a chain of causes to be a circle.
function causes(error: unknown): readonly Error[] {
  const chain: Error[] = []
  for (let at = error; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at)
  return chain
}
