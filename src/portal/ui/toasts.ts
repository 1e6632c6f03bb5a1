// Short messages about what has just happened. Those of success go by themselves; errors stay until they are closed.
import { useSyncExternalStore } from 'react'
import { Problem } from '../api/problem.ts'

export interface Toast {
  readonly id: number
  readonly title: string
  readonly description: string | null
  readonly isError: boolean
}

const SHOWN_MS = 6_000

let toasts: readonly Toast[] = []
let lastId = 0
const listeners = new Set<() => void>()

export function toastDone(title: string, description: string | null = null): void {
  const id = show({ title, description, isError: false })
  setTimeout(() => dismiss(id), SHOWN_MS)
}

export function toastFailure(error: unknown): void {
  const isProblem = error instanceof Problem
  const request = isProblem && error.requestId !== null ? ` Request ${error.requestId}.` : ''
  show({
    title: isProblem ? error.title : 'Something went wrong',
    description: `${error instanceof Error ? error.message : String(error)}${request}`,
    isError: true,
  })
}

export function dismiss(id: number): void {
  change(toasts.filter((toast) => toast.id !== id))
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    () => toasts,
  )
}

function show(toast: Omit<Toast, 'id'>): number {
  lastId += 1
  change([...toasts, { ...toast, id: lastId }])
  return lastId
}

function change(next: readonly Toast[]): void {
  toasts = next
  for (const changed of listeners) changed()
}
