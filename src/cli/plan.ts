// Asking for a plan of a document, or for its application: what is refused is told with the line that it stands in.
import { RefusedError, type Api } from './api.ts'
import type { Document } from './document.ts'
import { CliError } from './exit.ts'
import { listOf, member, textOf, type Json } from './json.ts'
import { clean } from './table.ts'

/** @throws CliError */
export function planDeclared(api: Api, document: Document, more: { readonly prune: boolean }): Promise<Json> {
  return ask(api, 'plan', document, more)
}

/** @param more the plan that was agreed to, among them. @throws CliError */
export function applyDeclared(
  api: Api,
  document: Document,
  more: { readonly prune: boolean; readonly plan: Json | undefined },
): Promise<Json> {
  return ask(api, 'apply', document, more)
}

async function ask(api: Api, verb: 'plan' | 'apply', document: Document, more: object): Promise<Json> {
  try {
    return await api.call('POST', `/config/${verb}`, { json: { config: document.value, ...more } })
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    const errors = listOf(member(error.problem, 'errors'))
    if (errors.length === 0) throw error
    throw new CliError(
      error.exit,
      `${document.name} is refused. Nothing was changed.`,
      errors.map((one) => lineOf(document, one)),
    )
  }
}

function lineOf(document: Document, error: Json): string {
  const pointer = textOf(member(error, 'pointer')) ?? ''
  const detail = clean(textOf(member(error, 'detail')) ?? '')
  return `${document.placeOf(pointer.replace(/^\/config/, ''))}: ${detail}`
}
