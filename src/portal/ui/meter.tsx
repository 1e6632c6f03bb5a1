// How much of something is used (WAI-ARIA meter).
interface MeterProps {
  readonly label: string
  readonly value: number
  readonly max: number
  /** In words: "750 of 1,000". */
  readonly text: string
  /** From this share on it is shown as a warning, 0 to 1. */
  readonly warnAt?: number
}

export function Meter({ label, value, max, text, warnAt = 1 }: MeterProps) {
  const share = max <= 0 ? 0 : Math.min(1, Math.max(0, value / max))
  const color =
    share >= 1 ? 'bg-(--portal-bad)' : share >= warnAt ? 'bg-(--portal-warning)' : 'bg-(--portal-accent)'
  return (
    <div className="flex flex-col gap-1">
      <div className="flex flex-wrap justify-between gap-2">
        <span dir="auto">{label}</span>
        <span className="text-kumo-subtle tabular-nums">{text}</span>
      </div>
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={max}
        aria-valuenow={Math.min(max, Math.max(0, value))}
        aria-valuetext={text}
        className="h-2 overflow-hidden rounded-full bg-kumo-tint ring ring-kumo-line"
      >
        {/* By the property, which the policy of the page allows; an attribute it would not. */}
        <div className={`h-full ${color}`} style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  )
}
