// Says that the browser is offline: what is shown is what was read last, and nothing can be changed.
import { useSyncExternalStore } from 'react'

export function OfflineBanner() {
  const isOnline = useSyncExternalStore(listen, () => navigator.onLine)
  return (
    <div role="status">
      {!isOnline && (
        <p className="bg-kumo-contrast px-4 py-2 text-center text-kumo-inverse">
          You are offline. What you see was read before; changes have to wait.
        </p>
      )}
    </div>
  )
}

function listen(changed: () => void): () => void {
  addEventListener('online', changed)
  addEventListener('offline', changed)
  return () => {
    removeEventListener('online', changed)
    removeEventListener('offline', changed)
  }
}
