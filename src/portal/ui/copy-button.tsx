// Copies a text, and says so.
import { Button } from './button.tsx'
import { CopyIcon } from '@phosphor-icons/react'
import { toastFailure, toastDone } from './toasts.ts'

interface CopyButtonProps {
  readonly text: string
  /** What it is: "key id". */
  readonly what: string
  /** With the words on the button, not the icon alone. */
  readonly isLabelled?: true
}

export function CopyButton({ text, what, isLabelled }: CopyButtonProps) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      toastDone(`Copied the ${what}`)
    } catch {
      toastFailure(new Error('The browser does not let this page use the clipboard.'))
    }
  }
  return isLabelled ? (
    <Button icon={<CopyIcon />} onClick={() => void copy()}>
      Copy {what}
    </Button>
  ) : (
    <Button
      size="sm"
      shape="square"
      variant="ghost"
      icon={<CopyIcon />}
      aria-label={`Copy ${what}`}
      onClick={() => void copy()}
    />
  )
}
