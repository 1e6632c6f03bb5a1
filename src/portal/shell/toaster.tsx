// Shows the messages. The region is there before any of them, so that screen readers hear them come.
import { XIcon } from '@phosphor-icons/react'
import { Button } from '../ui/button.tsx'
import { classes } from '../ui/classes.ts'
import { dismiss, useToasts } from '../ui/toasts.ts'

export function Toaster() {
  const toasts = useToasts()
  return (
    <section
      aria-label="Messages"
      aria-live="polite"
      className="fixed right-4 bottom-4 z-20 flex w-80 max-w-[calc(100vw-2rem)] flex-col gap-2"
    >
      {toasts.map(({ id, title, description, isError }) => (
        <div
          key={id}
          role={isError ? 'alert' : 'status'}
          className={classes(
            'flex items-start justify-between gap-2 rounded-lg border-l-4 bg-kumo-base p-3 shadow-lg ring ring-kumo-line',
            isError ? 'border-(--portal-bad)' : 'border-(--portal-good)',
          )}
        >
          <div className="min-w-0 break-words" dir="auto">
            <p className="font-medium">{title}</p>
            {description !== null && <p className="text-sm text-kumo-subtle">{description}</p>}
          </div>
          <Button
            size="sm"
            shape="square"
            variant="ghost"
            icon={<XIcon aria-hidden="true" />}
            aria-label={`Dismiss: ${title}`}
            onClick={() => dismiss(id)}
          />
        </div>
      ))}
    </section>
  )
}
