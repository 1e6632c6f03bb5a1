// What a PATCH says: an absent field leaves the row as it is, `null` clears.

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Only the fields that were given. */
export function onlyGiven<T extends object>(fields: T): Given<T> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same fields without the absent ones
  return Object.fromEntries(given) as Given<T>
}

/** What stands in the row for a field that is cleared; undefined while it is not given. */
export function orCleared<T>(value: T | null | undefined, cleared: T): T | undefined {
  return value === null ? cleared : value
}
