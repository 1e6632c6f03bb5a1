// A field that a list is searched by: it waits until the typing has settled, and follows the address when that changes by itself.
import { useEffect, useState } from 'react'
import { Input } from './input.tsx'

/** Typing settles before the server is asked, milliseconds. */
const SETTLED_MS = 300

interface SearchFieldProps {
  readonly label: string
  readonly value: string | undefined
  readonly change: (text: string) => void
  readonly maxLength?: number
}

export function SearchField({ label, value = '', change, maxLength }: SearchFieldProps) {
  const [text, setText] = useState(value)
  // The address changed by itself: the back button, or the filters were cleared.
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text.trim() === value) return undefined
    const timer = setTimeout(() => change(text.trim()), SETTLED_MS)
    return () => clearTimeout(timer)
  }, [text, value, change])
  return (
    <Input
      label={label}
      type="search"
      autoComplete="off"
      spellCheck={false}
      maxLength={maxLength}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  )
}
