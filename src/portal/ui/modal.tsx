// A dialog, as browsers have it: `showModal` keeps the focus inside, makes the rest inert, and gives the focus back.
import { XIcon } from '@phosphor-icons/react'
import { useEffect, useId, useRef, type ReactNode, type RefObject } from 'react'
import { Button } from './button.tsx'
import { classes } from './classes.ts'

interface ModalProps {
  readonly title: string
  readonly description?: ReactNode
  readonly isOpen: boolean
  /** Called when it is to be closed; the owner decides. */
  readonly close: () => void
  readonly size?: 'sm' | 'base' | 'lg' | 'xl'
  /** The title is for screen readers: what is seen says it already. */
  readonly isTitleHidden?: true
  readonly children: ReactNode
}

const WIDTHS = { sm: 'max-w-xs', base: 'max-w-sm', lg: 'max-w-lg', xl: 'max-w-3xl' } as const

/** Its content begins anew each time it is opened. */
export function Modal(props: ModalProps) {
  return props.isOpen ? <OpenModal {...props} /> : null
}

function OpenModal({ title, description, close, size = 'lg', isTitleHidden, children }: ModalProps) {
  const id = useId()
  const dialog = useShown()
  return (
    <dialog
      ref={dialog}
      aria-labelledby={`${id}-title`}
      aria-describedby={description === undefined ? undefined : `${id}-about`}
      // Escape: the owner decides here too.
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
      onClick={(event) => {
        if (event.target === dialog.current) close()
      }}
      className={classes(
        'm-auto max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] overflow-y-auto rounded-xl bg-kumo-base p-0 text-kumo-default ring ring-kumo-line backdrop:bg-black/50',
        WIDTHS[size],
      )}
    >
      <div className="p-6">
        <div className={isTitleHidden ? 'sr-only' : 'mb-4 flex items-start justify-between gap-4'}>
          <div className="min-w-0">
            <h2 id={`${id}-title`} className="text-lg font-semibold break-words">
              {title}
            </h2>
            {description !== undefined && (
              <div id={`${id}-about`} className="mt-1 text-kumo-subtle">
                {description}
              </div>
            )}
          </div>
          <Button
            shape="square"
            variant="ghost"
            icon={<XIcon aria-hidden="true" />}
            aria-label="Close"
            onClick={close}
          />
        </div>
        {children}
      </div>
    </dialog>
  )
}

/** Shown as long as it is there; the focus goes back to what opened it, where that still stands. */
function useShown(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = dialog.current
    const opener = document.activeElement
    element?.showModal()
    // The browser takes the first that can have the focus; a part may say that it is the one.
    element?.querySelector<HTMLElement>('[data-autofocus]')?.focus()
    return () => {
      element?.close()
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    }
  }, [])
  return dialog
}
