// The .tf files of a folder as Terraform sees them: one configuration, whatever stands in which file.
import { globSync, readFileSync } from 'node:fs'
import { parseHcl, type Block, type Body, type Expression } from './hcl.ts'
import type { Given } from './rest-provider.ts'
import { evaluate, resourcesIn, textOf, UNKNOWN, type Scope, type Value } from './values.ts'

export interface Configuration {
  readonly resources: ReadonlyMap<string, Body>
  readonly locals: ReadonlyMap<string, Expression>
  readonly provider: Body
}

/** What a block says, as far as that is known before anything is made. */
export type Planned = Omit<Given, 'data'> & { readonly data: string | typeof UNKNOWN }

export function readFolder(folder: string): string {
  const paths = globSync(`${folder}/*.tf`).toSorted()
  return paths.map((path) => readFileSync(path, 'utf8')).join('\n')
}

export function readConfiguration(text: string): Configuration {
  const blocks = parseHcl(text)
  const provider = blocks.find(({ type }) => type === 'provider')
  if (provider === undefined) throw new Error('No provider is configured.')
  return {
    resources: new Map(of(blocks, 'resource').map(({ labels, body }) => [labels[1] ?? '', body])),
    locals: new Map(of(blocks, 'locals').flatMap(({ body }) => [...body.attributes])),
    provider: provider.body,
  }
}

export function plannedOf(body: Body, scope: Scope): Planned {
  const value = (name: string) => evaluate(attribute(body, name), scope)
  const idAttribute = body.attributes.has('id_attribute') ? textOf(value('id_attribute')) : 'id'
  const data = value('data')
  return {
    path: textOf(value('path')),
    data: data === UNKNOWN ? data : textOf(data),
    ignoreChangesTo: body.attributes.has('ignore_changes_to') ? strings(value('ignore_changes_to')) : [],
    idAttribute,
    debug: false,
  }
}

/** The resources that a block refers to, by name. */
export function dependenciesOf(body: Body): readonly string[] {
  return [...new Set([...body.attributes.values()].flatMap(resourcesIn))]
}

export function isProtected(body: Body | undefined): boolean {
  const lifecycle = body?.blocks.find(({ type }) => type === 'lifecycle')
  const protection = lifecycle?.body.attributes.get('prevent_destroy')
  return protection?.kind === 'literal' && protection.value === true
}

export function attribute(body: Body, name: string): Expression {
  const found = body.attributes.get(name)
  if (found === undefined) throw new Error(`The attribute ${name} is missing.`)
  return found
}

function of(blocks: readonly Block[], wanted: string): readonly Block[] {
  return blocks.filter(({ type }) => type === wanted)
}

function strings(value: Value): readonly string[] {
  return Array.isArray(value) ? value.map(textOf) : []
}
