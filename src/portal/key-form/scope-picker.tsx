// Which scopes a key has: those that routes ask for are on offer, within the ceiling of the policies; others can be typed.
import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { Input } from '../ui/input.tsx'

interface ScopePickerProps {
  readonly offered: readonly string[]
  /** Null: there is none. */
  readonly ceiling: readonly string[] | null
  readonly chosen: ReadonlySet<string>
  readonly change: (scopes: ReadonlySet<string>) => void
  /** What the API said of them. */
  readonly error: string | null
}

export function ScopePicker({ offered, ceiling, chosen, change, error }: ScopePickerProps) {
  const [text, setText] = useState('')
  const shown = [...new Set([...offered, ...chosen])]
  const add = () => {
    const scope = text.trim()
    if (scope === '') return
    change(new Set([...chosen, scope]))
    setText('')
  }
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium">Scopes</legend>
      <p className="text-sm text-kumo-subtle">
        What the key may do. Without any it passes only where a route asks for none.
        {ceiling !== null && ` A policy allows: ${ceiling.join(', ') || 'none'}.`}
      </p>
      {shown.length > 0 && (
        <ul className="grid gap-1 sm:grid-cols-2">
          {shown.map((scope) => (
            <li key={scope}>
              <Checkbox
                label={<code dir="auto">{scope}</code>}
                checked={chosen.has(scope)}
                onCheckedChange={() => change(chosen.symmetricDifference(new Set([scope])))}
              />
            </li>
          ))}
        </ul>
      )}
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-48 flex-1">
          <Input
            label="Another scope"
            placeholder="orders:read"
            value={text}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return
              event.preventDefault()
              add()
            }}
          />
        </div>
        <Button onClick={add}>Add scope</Button>
      </div>
      {error !== null && (
        <p role="alert" className="text-(--portal-bad)" dir="auto">
          {error}
        </p>
      )}
    </fieldset>
  )
}
