// Asks before somebody leaves a page that holds what cannot be shown again: by a link, the back button, or by closing the tab.
import { useLayoutEffect } from 'react'

let reason: string | null = null

/** As long as `why` is not null, leaving asks first. */
export function useLeaveGuard(why: string | null): void {
  // Before whatever takes its place goes on to somewhere else.
  useLayoutEffect(() => {
    if (why === null) return undefined
    reason = why
    addEventListener('beforeunload', keep)
    return () => {
      reason = null
      removeEventListener('beforeunload', keep)
    }
  }, [why])
}

/** True when nothing is lost, or when whoever leaves says so. */
export function mayLeave(): boolean {
  // oxlint-disable-next-line no-alert -- the browser's own question cannot be drawn over, and waits for the answer
  return reason === null || confirm(reason)
}

// The browser asks in words of its own.
function keep(event: BeforeUnloadEvent): void {
  event.preventDefault()
}
