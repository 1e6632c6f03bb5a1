// Something is being done.
import type { HTMLAttributes } from 'react'

export function Loader(rest: HTMLAttributes<HTMLSpanElement>) {
  return (
    <span
      {...rest}
      className="inline-block size-4 animate-spin rounded-full border-2 border-current border-t-transparent"
    />
  )
}
