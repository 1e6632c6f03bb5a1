// Lists: a table that scrolls by itself on a narrow screen, with rows to select and more rows to ask for.
import { useDeferredValue, useMemo, type ReactNode } from 'react'
import { Button } from './button.tsx'
import { Checkbox } from './checkbox.tsx'
import { classes } from './classes.ts'

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

/** Rows that are there at once: what a screen shows. The others follow in pieces, so that a long list holds nothing up. */
const FIRST_ROWS = 8

export function DataTable<Row extends { readonly id: string }>(props: DataTableProps<Row>) {
  const { label, columns, rows, selection, more = null, isLoadingMore = false, isStale = false } = props
  const asked = useMemo(() => ({ columns, rows }), [columns, rows])
  const shown = useDeferredValue(asked, { columns, rows: rows.slice(0, FIRST_ROWS) })
  return (
    <div className="rounded-xl bg-kumo-base ring ring-kumo-line" aria-busy={isStale || shown !== asked}>
      {/* Wide content scrolls here and not the page (WCAG 2.2, 1.4.10); with the keyboard too. */}
      <div
        className="overflow-x-auto rounded-xl"
        role="region"
        aria-label={`Table of ${label.toLowerCase()}`}
        tabIndex={0}
      >
        <table className="w-full text-left">
          <thead className="border-b border-kumo-line text-sm">
            <tr>
              {selection !== undefined && <SelectAll rows={rows} label={label} selection={selection} />}
              {shown.columns.map(({ title, isFigure }) => (
                <th
                  key={title}
                  scope="col"
                  className={classes('px-3 py-2 font-medium whitespace-nowrap', isFigure && 'text-right')}
                >
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className={classes('divide-y divide-kumo-line', isStale && 'opacity-60')}>
            {shown.rows.map((row) => (
              <tr key={row.id} className={selection?.ids.has(row.id) ? 'bg-kumo-tint' : 'hover:bg-kumo-tint'}>
                {selection !== undefined && (
                  <td className="w-8 px-3 py-2">
                    <SelectRow id={row.id} name={props.nameOf(row)} selection={selection} />
                  </td>
                )}
                <Cells row={row} columns={shown.columns} />
              </tr>
            ))}
          </tbody>
        </table>
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

interface CellsProps<Row> {
  readonly row: Row
  readonly columns: readonly Column<Row>[]
}

/** Drawn again only with the columns or the row: a tick in one row leaves the others alone. */
function Cells<Row>({ row, columns }: CellsProps<Row>) {
  return useMemo(
    () =>
      columns.map(({ title, cell, isFigure }) => (
        <td key={title} className={classes('px-3 py-2.5', isFigure && 'text-right tabular-nums')}>
          {cell(row)}
        </td>
      )),
    [row, columns],
  )
}

interface SelectRowProps {
  readonly id: string
  readonly name: string
  readonly selection: Selection
}

function SelectRow({ id, name, selection: { ids, change } }: SelectRowProps) {
  return (
    <Checkbox
      isLabelHidden
      label={`Select ${name}`}
      checked={ids.has(id)}
      onCheckedChange={() => change(ids.symmetricDifference(new Set([id])))}
    />
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
    <th scope="col" className="w-8 px-3 py-2">
      <Checkbox
        isLabelHidden
        label={`Select all ${label.toLowerCase()} shown`}
        checked={chosen > 0 && chosen === ids.size}
        indeterminate={chosen > 0 && chosen < ids.size}
        onCheckedChange={() => selection.change(chosen === ids.size ? new Set() : ids)}
      />
    </th>
  )
}
