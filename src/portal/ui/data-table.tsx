// Lists: a table that scrolls by itself on a narrow screen, with rows to select and more rows to ask for.
import { Button } from '@cloudflare/kumo/components/button'
import { Table } from '@cloudflare/kumo/components/table'
import type { ReactNode } from 'react'

export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => ReactNode
  /** Figures stand at the end of their column. */
  readonly isFigure?: true
}

export interface Selection {
  readonly ids: ReadonlySet<string>
  readonly change: (ids: ReadonlySet<string>) => void
}

interface DataTableProps<Row extends { readonly id: string }> {
  /** What the rows are: "Keys". */
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  /** How a row is called where it is selected. */
  readonly nameOf: (row: Row) => string
  readonly selection?: Selection
  /** Asks for more rows; null: these are all. */
  readonly more?: (() => void) | null
  readonly isLoadingMore?: boolean
  /** What is shown belongs to an earlier question. */
  readonly isStale?: boolean
}

export function DataTable<Row extends { readonly id: string }>(props: DataTableProps<Row>) {
  const { label, columns, rows, selection, more = null, isLoadingMore = false, isStale = false } = props
  return (
    <div className="rounded-xl bg-kumo-base ring ring-kumo-line" aria-busy={isStale}>
      {/* Wide content scrolls here and not the page (WCAG 2.2, 1.4.10); with the keyboard too. */}
      <div
        className="overflow-x-auto rounded-xl"
        role="region"
        aria-label={`Table of ${label.toLowerCase()}`}
        tabIndex={0}
      >
        <Table>
          <Table.Header>
            <Table.Row>
              {selection !== undefined && <SelectAll rows={rows} label={label} selection={selection} />}
              {columns.map(({ title, isFigure }) => (
                <Table.Head
                  key={title}
                  className={isFigure ? 'text-right whitespace-nowrap' : 'whitespace-nowrap'}
                >
                  {title}
                </Table.Head>
              ))}
            </Table.Row>
          </Table.Header>
          <Table.Body>
            {rows.map((row) => (
              <TableRow key={row.id} row={row} {...props} />
            ))}
          </Table.Body>
        </Table>
      </div>
      {more !== null && (
        <div className="border-t border-kumo-line p-3 text-center">
          <Button onClick={more} loading={isLoadingMore}>
            Show more
          </Button>
        </div>
      )}
    </div>
  )
}

function TableRow<Row extends { readonly id: string }>({
  row,
  columns,
  nameOf,
  selection,
}: DataTableProps<Row> & { readonly row: Row }) {
  const isSelected = selection?.ids.has(row.id) === true
  return (
    <Table.Row variant={isSelected ? 'selected' : 'default'}>
      {selection !== undefined && (
        <Table.CheckCell
          checked={isSelected}
          onCheckedChange={() => selection.change(selection.ids.symmetricDifference(new Set([row.id])))}
          aria-label={`Select ${nameOf(row)}`}
        />
      )}
      {columns.map(({ title, cell, isFigure }) => (
        <Table.Cell key={title} className={isFigure ? 'text-right tabular-nums' : ''}>
          {cell(row)}
        </Table.Cell>
      ))}
    </Table.Row>
  )
}

interface SelectAllProps {
  readonly rows: readonly { readonly id: string }[]
  readonly label: string
  readonly selection: Selection
}

function SelectAll({ rows, label, selection }: SelectAllProps) {
  const ids = new Set(rows.map(({ id }) => id))
  const chosen = selection.ids.intersection(ids).size
  return (
    <Table.CheckHead
      checked={chosen > 0 && chosen === ids.size}
      indeterminate={chosen > 0 && chosen < ids.size}
      onCheckedChange={() => selection.change(chosen === ids.size ? new Set() : ids)}
      aria-label={`Select all ${label.toLowerCase()} shown`}
    />
  )
}
