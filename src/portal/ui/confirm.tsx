// Asks before something is done that cannot be taken back, or that stops traffic. For the worst of it a word has to be typed.
import { Button } from './button.tsx'
import { Input } from './input.tsx'
import { useState, type FormEvent, type ReactNode } from 'react'
import { Failure } from './states.tsx'
import { Modal } from './modal.tsx'

interface ConfirmProps {
  readonly title: string
  /** What happens, to whom, and whether it can be taken back. */
  readonly description: ReactNode
  /** On the button: a verb and its object. */
  readonly action: string
  /** Has to be typed first. */
  readonly typed?: string
  readonly isOpen: boolean
  readonly close: () => void
  readonly confirm: () => void
  readonly isPending: boolean
  readonly error: Error | null
  /** More fields, such as a reason. */
  readonly children?: ReactNode
}

export function Confirm(props: ConfirmProps) {
  const { title, description, isOpen, close, isPending } = props
  return (
    <Modal
      title={title}
      description={description}
      isOpen={isOpen}
      close={() => {
        if (!isPending) close()
      }}
    >
      <ConfirmForm {...props} />
    </Modal>
  )
}

function ConfirmForm({ action, typed, close, confirm, isPending, error, children }: ConfirmProps) {
  const [text, setText] = useState('')
  const isReady = typed === undefined || text.trim() === typed
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isReady && !isPending) confirm()
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {children}
      {typed !== undefined && (
        <Input
          label={
            <>
              Type <strong dir="auto">{typed}</strong> to confirm
            </>
          }
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      {error !== null && <Failure error={error} />}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={close} disabled={isPending}>
          Cancel
        </Button>
        <Button type="submit" variant="destructive" loading={isPending} disabled={!isReady}>
          {action}
        </Button>
      </div>
    </form>
  )
}
