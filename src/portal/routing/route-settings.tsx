// What few routes need, folded away until somebody asks for it, or until the API finds something wrong in it.
import { useEffect, useRef } from 'react'
import { Problem } from '../api/problem.ts'
import { Checkbox } from '../ui/checkbox.tsx'
import { Choice, TextField } from '../ui/fields.tsx'
import type { Route, RouteTexts } from './route-draft.ts'

interface RouteSettingsProps {
  readonly texts: RouteTexts
  readonly change: (part: Partial<RouteTexts>) => void
  readonly error: Error | null
}

const MODES: readonly { readonly value: Route['path_mode']; readonly label: string }[] = [
  { value: 'strict', label: 'Strict: what can be read in two ways is refused' },
  { value: 'encoded-slash', label: 'Encoded slashes are taken' },
  { value: 'raw', label: 'As it is sent' },
]
const ENVIRONMENTS = [
  { value: '', label: 'Live and test keys' },
  { value: 'live', label: 'Live keys alone' },
  { value: 'test', label: 'Test keys alone' },
] as const

const POINTERS = [
  '/name',
  '/hosts',
  '/cost',
  '/environment',
  '/timeout_ms',
  '/rewrite',
  '/cors',
  '/limits',
  '/priority',
]

export function RouteSettings({ texts, change, error }: RouteSettingsProps) {
  const details = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    const isIn = error instanceof Problem && POINTERS.some((pointer) => error.of(pointer) !== null)
    if (isIn && details.current !== null) details.current.open = true
  }, [error])
  return (
    <details ref={details} className="rounded-xl p-4 ring ring-kumo-line">
      <summary className="cursor-pointer font-medium">More settings</summary>
      <div className="mt-4 flex flex-col gap-4">
        <TextField
          label="Name"
          help="Yours, to know it by. Unique."
          value={texts.name}
          change={(name) => change({ name })}
          pointer="/name"
          error={error}
        />
        <TextField
          isMultiline
          label="Hosts"
          help="One a line, such as api.example.com or *.example.com. Empty: every host."
          value={texts.hosts}
          change={(hosts) => change({ hosts })}
          pointer="/hosts"
          error={error}
        />
        <TextField
          type="number"
          min={0}
          label="Cost"
          help="What a request takes of each limit and quota."
          value={texts.cost}
          change={(cost) => change({ cost })}
          required
          pointer="/cost"
          error={error}
        />
        <TextField
          isMultiline
          label="Limits and quotas that bind here"
          help="Their names in the plan, one a line. Empty: all."
          value={texts.limits}
          change={(limits) => change({ limits })}
          pointer="/limits"
          error={error}
        />
        <Choice
          label="Environment"
          value={texts.environment ?? ''}
          change={(value) => change({ environment: value === 'live' || value === 'test' ? value : null })}
          options={ENVIRONMENTS}
          pointer="/environment"
          error={error}
        />
        <TextField
          type="number"
          min={1}
          label="Timeout, milliseconds"
          help="Empty: that of the upstream."
          value={texts.timeoutMs}
          change={(timeoutMs) => change({ timeoutMs })}
          pointer="/timeout_ms"
          error={error}
        />
        <TextField
          label="Take away from the beginning of the path"
          value={texts.stripPrefix}
          change={(stripPrefix) => change({ stripPrefix })}
          pointer="/rewrite/strip_prefix"
          error={error}
        />
        <TextField
          label="Put before the path"
          value={texts.addPrefix}
          change={(addPrefix) => change({ addPrefix })}
          pointer="/rewrite/add_prefix"
          error={error}
        />
        <TextField
          isMultiline
          label="Web origins that may call it"
          help="One a line, such as https://app.example.com. Empty: browsers on other origins may not."
          value={texts.corsOrigins}
          change={(corsOrigins) => change({ corsOrigins })}
          pointer="/cors"
          error={error}
        />
        <TextField
          type="number"
          label="Priority"
          help="Between routes that fit equally well. Higher wins."
          value={texts.priority}
          change={(priority) => change({ priority })}
          required
          pointer="/priority"
          error={error}
        />
        <Choice
          label="Paths that can be read in two ways"
          value={texts.path_mode}
          change={(value) =>
            change({ path_mode: MODES.find((mode) => mode.value === value)?.value ?? 'strict' })
          }
          options={MODES}
        />
        <Checkbox
          label="Exact revocation"
          description="Each request asks whether its key was revoked: slower, and never behind."
          checked={texts.strict}
          onCheckedChange={(strict) => change({ strict })}
        />
      </div>
    </details>
  )
}
