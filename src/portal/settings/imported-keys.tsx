// Keys of other systems: what they look like, and who is asked about those that nobody here knows (docs/import.md).
import { useMutation } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { refresh } from '../api/queries.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { DataTable, type Column } from '../ui/data-table.tsx'
import { Modal } from '../ui/modal.tsx'
import { Section } from '../ui/page.tsx'
import { Nothing } from '../ui/states.tsx'
import { toastDone } from '../ui/toasts.ts'
import { When } from '../ui/when.tsx'
import { FormatForm } from './format-form.tsx'
import {
  replaceFormats,
  replaceVerifiers,
  shapeOf,
  verifierName,
  type Format,
  type Verifier,
} from './imported.ts'
import { VerifierForm } from './verifier-form.tsx'

interface ImportedKeysProps {
  readonly formats: readonly Format[]
  readonly verifiers: readonly Verifier[]
  readonly mayWrite: boolean
}

export function ImportedKeys({ formats, verifiers, mayWrite }: ImportedKeysProps) {
  return (
    <>
      <EditableList
        title="Formats of imported keys"
        description="What keys of other systems look like. They are imported with `latchkey import`."
        what="format"
        rows={formats.map((format) => ({ ...format, id: shapeOf(format) }))}
        nameOf={({ prefix }) => (prefix === '' ? 'keys without a prefix' : prefix)}
        columns={[
          { title: 'Prefix', cell: ({ prefix }) => <code className="break-all">{prefix || 'None'}</code> },
          {
            title: 'What follows',
            cell: ({ alphabet, length }) => `${length ?? ''} ${alphabet ?? 'any'}`.trim(),
          },
          { title: 'Deprecated', cell: (row) => <When at={row.deprecated_at} never="No" /> },
          { title: 'Refused from', cell: (row) => <When at={row.sunset_at} never="No end" /> },
        ]}
        removal="Keys that look like this are refused from now on."
        remove={({ id }) => replaceFormats((stored) => stored.filter((one) => shapeOf(one) !== id))}
        form={(format, close) => <FormatForm format={format} close={close} />}
        mayWrite={mayWrite}
      />
      <EditableList
        title="Systems that are asked about unknown keys"
        description="Until all keys are imported: what one of them knows is learned, and passes from then on."
        what="verifier"
        rows={verifiers.map((verifier) => ({ ...verifier, id: verifierName(verifier) }))}
        nameOf={({ url }) => url}
        columns={[
          { title: 'Address', cell: ({ url }) => <code className="break-all">{url}</code> },
          { title: 'Prefix', cell: ({ prefix }) => <code className="break-all">{prefix || 'Any'}</code> },
          { title: 'Until', cell: ({ until }) => <When at={until} /> },
        ]}
        removal="Keys that only this system knows are refused from now on. What was learned of it stays."
        remove={({ id }) => replaceVerifiers((stored) => stored.filter((one) => verifierName(one) !== id))}
        form={(verifier, close) => <VerifierForm verifier={verifier} close={close} />}
        mayWrite={mayWrite}
      />
    </>
  )
}

interface EditableListProps<Row extends { readonly id: string }> {
  readonly title: string
  readonly description: string
  /** One of them: "format". */
  readonly what: string
  readonly rows: readonly Row[]
  readonly nameOf: (row: Row) => string
  readonly columns: readonly Column<Row>[]
  /** What it means to remove one. */
  readonly removal: string
  readonly remove: (row: Row) => Promise<unknown>
  /** @param row null: a new one */
  readonly form: (row: Row | null, close: () => void) => ReactNode
  readonly mayWrite: boolean
}

function EditableList<Row extends { readonly id: string }>(props: EditableListProps<Row>) {
  const { title, description, what, rows, nameOf, columns, removal, form, mayWrite } = props
  const [edited, setEdited] = useState<{ readonly row: Row | null } | null>(null)
  const [removed, setRemoved] = useState<Row | null>(null)
  const remove = useMutation({
    mutationFn: (row: Row) => props.remove(row),
    onSuccess: async (_, row) => {
      setRemoved(null)
      toastDone(`Removed ${nameOf(row)}`)
      await refresh()
    },
  })
  const actions: Column<Row> = {
    title: 'Actions',
    cell: (row) => (
      <span className="flex gap-2">
        <Button size="sm" aria-label={`Edit ${nameOf(row)}`} onClick={() => setEdited({ row })}>
          Edit
        </Button>
        <Button size="sm" aria-label={`Remove ${nameOf(row)}`} onClick={() => setRemoved(row)}>
          Remove
        </Button>
      </span>
    ),
  }
  const close = () => setEdited(null)
  return (
    <Section
      title={title}
      description={description}
      actions={mayWrite && <Button onClick={() => setEdited({ row: null })}>Add {what}</Button>}
    >
      {rows.length === 0 ? (
        <Nothing title="None" description={`There is no ${what}.`} />
      ) : (
        <DataTable
          label={title}
          rows={rows}
          nameOf={nameOf}
          columns={mayWrite ? [...columns, actions] : columns}
        />
      )}
      <Modal
        title={edited?.row === null ? `Add a ${what}` : `Edit the ${what}`}
        isOpen={edited !== null}
        close={close}
      >
        {edited !== null && form(edited.row, close)}
      </Modal>
      <Confirm
        title={removed === null ? '' : `Remove ${nameOf(removed)}?`}
        description={removal}
        action={`Remove ${what}`}
        isOpen={removed !== null}
        close={() => {
          remove.reset()
          setRemoved(null)
        }}
        confirm={() => {
          if (removed !== null) remove.mutate(removed)
        }}
        isPending={remove.isPending}
        error={remove.error}
      />
    </Section>
  )
}
