// A choice of views, as buttons of which one is pressed. The view itself belongs to the page, and to its address.
import { classes } from './classes.ts'

interface TabsProps {
  /** What is chosen: "Period". */
  readonly label: string
  readonly tabs: readonly { readonly value: string; readonly label: string }[]
  readonly value: string
  readonly onValueChange: (value: string) => void
}

export function Tabs({ label, tabs, value, onValueChange }: TabsProps) {
  return (
    <div
      role="group"
      aria-label={label}
      className="flex w-fit max-w-full flex-wrap gap-1 rounded-lg bg-kumo-tint p-1"
    >
      {tabs.map((tab) => (
        <button
          key={tab.value}
          type="button"
          aria-pressed={tab.value === value}
          onClick={() => onValueChange(tab.value)}
          className={classes(
            'min-h-7 cursor-pointer rounded-md px-3',
            tab.value === value ? 'bg-kumo-base font-medium ring ring-kumo-line' : 'hover:bg-kumo-base',
          )}
        >
          {tab.label}
        </button>
      ))}
    </div>
  )
}
