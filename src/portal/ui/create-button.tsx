// A button that opens a form in a dialog. The form says when it is done; what was typed goes only when it is closed.
import { useState, type ReactNode } from 'react'
import { mayLeave } from '../shell/leave-guard.ts'
import { Button } from './button.tsx'
import { Modal } from './modal.tsx'

interface CreateButtonProps {
  /** On the button and above the form: "New project". */
  readonly title: string
  readonly description?: string
  readonly variant?: 'primary' | 'secondary'
  readonly children: (close: () => void) => ReactNode
}

export function CreateButton({ title, description, variant = 'primary', children }: CreateButtonProps) {
  const [isOpen, setOpen] = useState(false)
  const close = () => setOpen(false)
  return (
    <>
      <Button variant={variant} onClick={() => setOpen(true)}>
        {title}
      </Button>
      <Modal
        title={title}
        isOpen={isOpen}
        // It may end with a secret that is shown once: the form itself says when that is stored.
        close={() => {
          if (mayLeave()) close()
        }}
        {...(description === undefined ? {} : { description })}
      >
        {children(close)}
      </Modal>
    </>
  )
}
