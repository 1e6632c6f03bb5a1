// A dialog: focus goes in, stays in, and comes back (Base UI does that). It can be closed while nothing is being done.
import { Button } from '@cloudflare/kumo/components/button'
import { Dialog } from '@cloudflare/kumo/components/dialog'
import { XIcon } from '@phosphor-icons/react'
import type { ReactNode } from 'react'

interface ModalProps {
  readonly title: string
  readonly description?: ReactNode
  readonly isOpen: boolean
  /** Called when it is to be closed; the owner decides. */
  readonly close: () => void
  readonly size?: 'sm' | 'base' | 'lg' | 'xl'
  readonly children: ReactNode
}

export function Modal({ title, description, isOpen, close, size = 'lg', children }: ModalProps) {
  return (
    <Dialog.Root
      open={isOpen}
      onOpenChange={(open) => {
        if (!open) close()
      }}
    >
      <Dialog
        size={size}
        className="max-h-[calc(100dvh-2rem)] max-w-[calc(100vw-2rem)] min-w-0 overflow-y-auto p-6"
      >
        <div className="mb-4 flex items-start justify-between gap-4">
          <div className="min-w-0">
            <Dialog.Title className="text-lg font-semibold break-words">{title}</Dialog.Title>
            {description !== undefined && (
              <Dialog.Description className="mt-1 text-kumo-subtle" render={<div />}>
                {description}
              </Dialog.Description>
            )}
          </div>
          <Button shape="square" variant="ghost" icon={<XIcon />} aria-label="Close" onClick={close} />
        </div>
        {children}
      </Dialog>
    </Dialog.Root>
  )
}
