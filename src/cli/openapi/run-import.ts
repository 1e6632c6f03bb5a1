// One run of latchkey routes import: read, translate, then either write the routes, or plan and apply them.
import { writeFile } from 'node:fs/promises'
import { stringify } from 'yaml'
import type { Api } from '../api.ts'
import { confirm, printJson, tell, type Context } from '../context.ts'
import { readDocument, type Document } from '../document.ts'
import { CliError } from '../exit.ts'
import { listOf, member, textOf, type Json, type JsonObject } from '../json.ts'
import { applyDeclared, planDeclared } from '../plan.ts'
import { quoted } from '../shell.ts'
import { effectOfPlan, showPlan } from '../show-plan.ts'
import { print } from '../terminal.ts'
import { readTerms, type TermOptions } from './options.ts'
import { refuseAll, tellLeftOut, tellTranslated } from './report.ts'
import { translate, type Translated } from './routes.ts'
import { mergeWith } from './standing.ts'

export interface ImportOptions extends TermOptions {
  readonly partial?: boolean
  readonly dryRun?: boolean
  readonly write?: string
}

const OPENAPI = { noun: 'an OpenAPI document', hint: 'It begins with openapi: 3.0.x or 3.1.x.' }

export async function importRoutes(context: Context, options: ImportOptions, file: string): Promise<void> {
  const terms = readTerms(options)
  const document = await readDocument(context.terminal, file, OPENAPI)
  const { translated, objections } = translate(document.value, terms)
  const mattering = options.partial === true ? objections.filter(({ kind }) => kind === 'wrong') : objections
  refuseAll(document, mattering)
  tellLeftOut(context, document, objections)
  tellTranslated(context, translated)
  if (options.write !== undefined) return write(context, options.write, translated)
  return apply(context, options, document, translated)
}

async function write(context: Context, target: string, translated: readonly Translated[]): Promise<void> {
  const config = { version: 1, routes: translated.map(({ route }) => route) }
  const text =
    context.options.json === true
      ? `${JSON.stringify(config, null, 2)}\n`
      : stringify(config, { lineWidth: 0, aliasDuplicateObjects: false })
  if (target === '-') return print(context.terminal, text.trimEnd())
  const flag = context.options.yes === true ? 'w' : 'wx'
  await writeFile(target, text, { flag }).catch((error: unknown) => {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    throw new CliError('usage', isThere ? `${target} exists already.` : `Cannot write ${target}.`, [
      '--yes writes over a file that exists.',
    ])
  })
  return tell(context, `Written to ${target}.`)
}

async function apply(
  context: Context,
  options: ImportOptions,
  document: Document,
  translated: readonly Translated[],
): Promise<void> {
  const api = await context.api()
  const declared = declaredOf(document, translated, await routesBeside(api, document, translated, options))
  const planned = await planDeclared(api, declared, { prune: false })
  const count = listOf(member(planned, 'changes')).length
  if (context.options.json !== true) showPlan(context, planned, 'not_told')
  else if (options.dryRun === true) printJson(context.terminal, planned)
  if (options.dryRun === true) return
  if (count > 0) await confirm(context, 'This is applied.')
  const applied =
    count > 0 ? await applyDeclared(api, declared, { prune: false, plan: member(planned, 'plan') }) : planned
  if (context.options.json === true) return printJson(context.terminal, applied)
  return tell(context, count === 0 ? 'Nothing to do.' : `Applied.${effectOfPlan(applied)}`)
}

/** @throws CliError where a route that is there is in the way */
async function routesBeside(
  api: Api,
  document: Document,
  translated: readonly Translated[],
  { upstream }: ImportOptions,
): Promise<readonly JsonObject[]> {
  const upstreamId = await idOf(api, upstream)
  const standing: JsonObject[] = []
  for await (const route of api.list('/routes')) standing.push(route)
  const { routes, objections } = mergeWith(standing, translated, upstreamId)
  refuseAll(document, objections, 'conflict')
  return routes
}

async function idOf(api: Api, name: string): Promise<string> {
  for await (const upstream of api.list('/upstreams'))
    if (upstream.name === name) return textOf(upstream.id) ?? ''
  throw new CliError('not_found', `There is no upstream named ${name}.`, [
    `latchkey upstreams create --name ${quoted(name)} --origin https://... makes it.`,
  ])
}

/** What is refused of a route is told with the line of its operation. */
function declaredOf(
  { name, placeOf }: Document,
  translated: readonly Translated[],
  routes: readonly Json[],
): Document {
  return {
    name,
    value: { version: 1, routes },
    placeOf: (pointer) => {
      const [, index = '', field = ''] = /^\/routes\/(\d+)\/?(.*)$/.exec(pointer) ?? []
      const at = translated[Number(index)]?.operation.pointer
      return at === undefined || index === '' ? `${name} ${pointer}` : `${placeOf(at)} #${at} ${field}`.trim()
    },
  }
}
