// A section that shows what is so until somebody edits it.
import { useState, type ReactNode } from 'react'
import { Button } from './button.tsx'
import { Section } from './page.tsx'

interface EditableProps {
  readonly title: string
  /** On the button: "Edit project". */
  readonly action: string
  readonly mayEdit: boolean
  readonly shown: ReactNode
  readonly form: (close: () => void) => ReactNode
}

export function Editable({ title, action, mayEdit, shown, form }: EditableProps) {
  const [isEditing, setEditing] = useState(false)
  return (
    <Section
      title={title}
      actions={mayEdit && !isEditing && <Button onClick={() => setEditing(true)}>{action}</Button>}
    >
      {isEditing ? form(() => setEditing(false)) : shown}
    </Section>
  )
}
