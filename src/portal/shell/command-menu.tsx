// Search and commands: every place that the role is shown, and keys by name or last four characters. A combobox with its list (WAI-ARIA
// 1.2): the focus stays in the text, the arrows choose.
import { useDeferredValue, useId, useState, type KeyboardEvent } from 'react'
import { useLocation } from 'wouter'
import { classes } from '../ui/classes.ts'
import { Input } from '../ui/input.tsx'
import { Modal } from '../ui/modal.tsx'
import { useCommands, type Command } from './commands.ts'

export default function CommandMenu({ close }: { readonly close: () => void }) {
  const id = useId()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const [, go] = useLocation()
  const commands = useCommands(useDeferredValue(text.trim()))
  const current = commands[Math.min(chosen, commands.length - 1)]
  const run = (command: Command) => {
    close()
    go(command.to)
  }
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      setChosen(
        (index) =>
          (Math.min(index, commands.length - 1) + step + commands.length) % Math.max(1, commands.length),
      )
    }
    if (event.key === 'Enter' && current !== undefined) {
      event.preventDefault()
      run(current)
    }
  }
  return (
    <Modal title="Search and commands" isTitleHidden isOpen close={close}>
      <Input
        label="Go to a page, or find a key by its name or its last four characters"
        role="combobox"
        data-autofocus
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={current === undefined ? undefined : `${id}-${current.id}`}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onKeyDown={onKey}
        onChange={(event) => {
          setText(event.target.value)
          setChosen(0)
        }}
      />
      <ul id={`${id}-list`} role="listbox" aria-label="Found" className="mt-3 max-h-96 overflow-y-auto">
        {commands.map((command) => (
          <Item
            key={command.id}
            id={`${id}-${command.id}`}
            command={command}
            isChosen={command === current}
            run={run}
          />
        ))}
      </ul>
      <p role="status" className="text-kumo-subtle">
        {commands.length === 0 && 'Nothing is called that.'}
      </p>
    </Modal>
  )
}

interface ItemProps {
  readonly id: string
  readonly command: Command
  readonly isChosen: boolean
  readonly run: (command: Command) => void
}

function Item({ id, command, isChosen, run }: ItemProps) {
  return (
    <li
      id={id}
      role="option"
      aria-selected={isChosen}
      onClick={() => run(command)}
      className={classes(
        'flex min-h-9 cursor-pointer items-center justify-between gap-3 rounded-lg px-3',
        isChosen && 'portal-current',
      )}
    >
      <span className="min-w-0 break-words" dir="auto">
        {command.title}
      </span>
      <span className="shrink-0 text-sm text-kumo-subtle">{command.hint}</span>
    </li>
  )
}
