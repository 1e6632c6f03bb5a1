// Short messages about what has just happened. Errors stay until they are closed.
import { createKumoToastManager } from '@cloudflare/kumo/components/toast'
import { Problem } from '../api/problem.ts'

export const TOASTS = createKumoToastManager()

export function toastDone(title: string, description?: string): void {
  TOASTS.add({ title, variant: 'success', ...(description === undefined ? {} : { description }) })
}

export function toastFailure(error: unknown): void {
  const isProblem = error instanceof Problem
  const request = isProblem && error.requestId !== null ? ` Request ${error.requestId}.` : ''
  TOASTS.add({
    title: isProblem ? error.title : 'Something went wrong',
    description: `${error instanceof Error ? error.message : String(error)}${request}`,
    variant: 'error',
    timeout: 0,
  })
}
