// What is said of a document beside its routes: what is refused and what was left out, each with its line and its JSON pointer.
import { tell, type Context } from '../context.ts'
import type { Document } from '../document.ts'
import { CliError, type Exit } from '../exit.ts'
import { clean } from '../table.ts'
import type { Objection } from './objection.ts'
import type { Translated } from './routes.ts'

/** As many as a person reads; a document for another system has one for each operation. */
const MOST_SHOWN = 50
/** Routes of one declared configuration. */
const MAX_ROUTES = 1_000

/** @throws CliError with all of them */
export function refuseAll(document: Document, objections: readonly Objection[], exit: Exit = 'usage'): void {
  if (objections.length === 0) return
  const isBroken = objections.some(({ kind }) => kind === 'wrong')
  throw new CliError(exit, `${document.name} is refused. Nothing was changed.`, [
    ...linesOf(document, objections),
    ...(isBroken
      ? []
      : ['--partial leaves these out: their requests go where other routes lead, if any does.']),
  ])
}

export function tellLeftOut(context: Context, document: Document, objections: readonly Objection[]): void {
  if (objections.length === 0) return
  tell(context, `Left out (${objections.length}); their requests go where other routes lead, if any does:`)
  for (const line of linesOf(document, objections)) tell(context, `  ${line}`)
}

/** @throws CliError where they are none, or more than can be declared */
export function tellTranslated(context: Context, translated: readonly Translated[]): void {
  const { length } = translated
  if (length === 0) throw new CliError('usage', 'No operation of the document becomes a route.')
  if (length > MAX_ROUTES)
    throw new CliError('usage', `The document has ${length} operations: up to ${MAX_ROUTES} can be declared.`)
  const beside = [
    [translated.filter(({ operation }) => operation.isDeprecated).length, 'deprecated'],
    [translated.filter(({ route }) => isOpen(route.auth)).length, 'open to requests without a key'],
    [
      translated.filter(({ route }) => route.auth === undefined).length,
      'without a word on security, which need a key',
    ],
  ] as const
  const told = beside.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  tell(context, `${length} operations${told.length === 0 ? '' : `: ${told.join(', ')}`}.`)
}

function isOpen(auth: string | undefined): boolean {
  return auth === 'none' || auth === 'optional'
}

function linesOf({ placeOf }: Document, objections: readonly Objection[]): readonly string[] {
  const lines = objections
    .slice(0, MOST_SHOWN)
    .map(({ pointer, detail }) => clean(`${placeOf(pointer)} #${pointer}: ${detail}`))
  const more = objections.length - lines.length
  return more === 0 ? lines : [...lines, `and ${more} more.`]
}
