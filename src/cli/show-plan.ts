// A plan as a person reads it: what would be made, changed and ended, field by field.
import { colour, type Context } from './context.ts'
import { isJsonObject, isList, listOf, member, textOf, type Json } from './json.ts'
import { clean, showCell } from './table.ts'
import { print, type Style } from './terminal.ts'

export type Beside = 'told' | 'not_told'

const MARKS: Readonly<Record<string, readonly [mark: string, style: Style]>> = {
  created: ['+', 'green'],
  deleted: ['-', 'red'],
  revoked: ['-', 'red'],
}

/** @param beside what exists and the file does not speak of */
export function showPlan(context: Context, planned: Json, beside: Beside): void {
  const { terminal } = context
  for (const change of listOf(member(planned, 'changes'))) showChange(context, change)
  const count = (name: string) => Number(member(member(planned, 'summary'), name) ?? 0)
  const unmanaged = count('unmanaged')
  const rest =
    unmanaged === 0 || beside === 'not_told' ? '' : ` ${unmanaged} beside the file, which --prune would end.`
  print(
    terminal,
    `${count('created')} to create, ${count('changed')} to change, ${count('ended')} to end.${rest}`,
  )
  const last = member(planned, 'last_applied')
  if (member(last, 'same_document') === true && listOf(member(planned, 'changes')).length > 0)
    print(
      terminal,
      colour(
        context,
        'yellow',
        `Drift: this file was applied at ${textOf(member(last, 'at')) ?? ''}, and the gateway was changed since.`,
      ),
    )
}

function showChange(context: Context, change: Json): void {
  const action = textOf(member(change, 'action')) ?? ''
  const [mark, style] = MARKS[action] ?? ['~', 'yellow']
  const label = clean(textOf(member(change, 'label')) ?? '')
  const what = `${mark} ${textOf(member(change, 'resource')) ?? ''} ${label}`
  print(
    context.terminal,
    colour(context, style, action === 'created' || action === 'updated' ? what : `${what} (${action})`),
  )
  for (const field of listOf(member(change, 'fields'))) {
    const name = textOf(member(field, 'name')) ?? ''
    const [from, to] = [showWhole(member(field, 'from')), showWhole(member(field, 'to'))]
    print(context.terminal, `    ${name}: ${action === 'created' ? to : `${from} -> ${to}`}`)
  }
}

// A list of limits is told with everything that they say: a plan that hides a change is none.
function showWhole(value: Json | undefined): string {
  const isComposed = isList(value) && value.some(isJsonObject)
  return isComposed ? clean(JSON.stringify(value)) : showCell(value)
}

/** When what was applied is in force everywhere, after a space. */
export function effectOfPlan(applied: Json): string {
  const by = textOf(member(member(applied, 'propagation'), 'effective_by'))
  return by === null
    ? ' Not in force yet: it is published within a minute or two.'
    : ` In force everywhere by ${by}.`
}
