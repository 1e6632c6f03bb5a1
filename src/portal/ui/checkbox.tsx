// A box to tick, with its words beside it.
import { useEffect, useRef, type ReactNode } from 'react'

interface CheckboxProps {
  readonly label: ReactNode
  readonly description?: ReactNode
  readonly checked: boolean
  readonly onCheckedChange: (checked: boolean) => void
  /** Some of what it stands for, not all. */
  readonly indeterminate?: boolean
  readonly disabled?: boolean
  /** The words are for screen readers: what is seen says it already. */
  readonly isLabelHidden?: true
}

export function Checkbox(props: CheckboxProps) {
  const {
    label,
    description,
    checked,
    onCheckedChange,
    indeterminate = false,
    disabled = false,
    isLabelHidden,
  } = props
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (box.current !== null) box.current.indeterminate = indeterminate
  }, [indeterminate])
  return (
    <label className="flex min-h-6 cursor-pointer items-start gap-2">
      <input
        ref={box}
        type="checkbox"
        className="mt-0.5 size-5 shrink-0 accent-(--portal-accent)"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onCheckedChange(event.target.checked)}
      />
      <span className={isLabelHidden ? 'sr-only' : 'min-w-0 break-words'}>
        {label}
        {description !== undefined && <span className="block text-sm text-kumo-subtle">{description}</span>}
      </span>
    </label>
  )
}
