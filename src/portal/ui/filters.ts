// Filters of a list stand in the address: a link shows the same list, and the back button takes a filter back.
import { useCallback } from 'react'
import { useSearchParams } from 'wouter'

export interface Filters<Name extends string> {
  /** Those that are set. */
  readonly values: Readonly<Partial<Record<Name, string>>>
  /** Empty takes the filter away. */
  readonly set: (name: Name, value: string) => void
  readonly clear: () => void
  readonly isFiltered: boolean
}

/** @param names what this list knows; anything else in the address is left alone. Keep the array itself constant */
export function useFilters<const Name extends string>(names: readonly Name[]): Filters<Name> {
  const [search, setSearch] = useSearchParams()
  const values: Partial<Record<Name, string>> = {}
  for (const name of names) {
    const value = search.get(name)
    if (value !== null && value !== '') values[name] = value
  }
  const set = useCallback(
    (name: Name, value: string) => {
      setSearch((before) => {
        const after = new URLSearchParams(before)
        if (value === '') after.delete(name)
        else after.set(name, value)
        return after
      })
    },
    [setSearch],
  )
  const clear = useCallback(() => {
    setSearch((before) => {
      const after = new URLSearchParams(before)
      for (const name of names) after.delete(name)
      return after
    })
  }, [setSearch, names])
  return { values, set, clear, isFiltered: Object.keys(values).length > 0 }
}
