// One state file, and what Terraform does to it: plan, apply, destroy and import. What refers to something comes behind it, and
// what does not goes ten at a time, as with Terraform's -parallelism. An apply ends things before it changes what needed them.
import { changeOf, type Change } from './changes.ts'
import {
  attribute,
  dependenciesOf,
  isProtected,
  plannedOf,
  readConfiguration,
  type Configuration,
  type Planned,
} from './configuration.ts'
import { inWaves } from './waves.ts'
import * as rest from './rest-provider.ts'
import type { Body } from './hcl.ts'
import { evaluate, isObject, textOf, UNKNOWN, type Scope, type Value } from './values.ts'

interface Kept {
  readonly instance: rest.Instance
  /** Those that it was made from: it ends before they do. */
  readonly dependencies: readonly string[]
}

export class Workspace {
  readonly #variables: Readonly<Record<string, string>>
  readonly #sent: string[] = []
  readonly #state = new Map<string, Kept>()

  constructor(variables: Readonly<Record<string, string>>) {
    this.#variables = variables
  }

  /** The text of the state file. */
  get state(): string {
    return JSON.stringify([...this.#state])
  }

  idOf(name: string): string {
    return this.#state.get(name)?.instance.id ?? ''
  }

  /** Requests since this was asked last. */
  takeSent(): readonly string[] {
    return this.#sent.splice(0)
  }

  /** Reads what is there, and says what an apply would do. */
  async plan(text: string): Promise<readonly Change[]> {
    const configuration = readConfiguration(text)
    await this.#refresh(configuration)
    const gone = [...this.#state.keys()].filter((name) => !configuration.resources.has(name))
    const kept = [...configuration.resources.keys()].map((name) => this.#changeOf(configuration, name))
    return [
      ...gone.map((name): Change => ({ name, action: 'delete', fields: [] })),
      ...kept.filter((change) => change !== null),
    ]
  }

  async apply(text: string): Promise<readonly Change[]> {
    const changes = await this.plan(text)
    const configuration = readConfiguration(text)
    await this.#remove(configuration, namesOf(changes, 'delete'))
    const written = changes.filter(({ action }) => action !== 'delete').map(({ name }) => name)
    await inWaves(
      written,
      (name) => dependenciesOf(blockOf(configuration, name)),
      (name) => this.#write(configuration, name),
    )
    return changes
  }

  async destroy(text: string): Promise<void> {
    const configuration = readConfiguration(text)
    await this.#refresh(configuration)
    const held = [...this.#state.keys()].find((name) => isProtected(configuration.resources.get(name)))
    if (held !== undefined) throw new Error(`Instance cannot be destroyed: restapi_object.${held}`)
    await this.#remove(configuration, [...this.#state.keys()])
  }

  async import(text: string, name: string, address: string): Promise<void> {
    const configuration = readConfiguration(text)
    const instance = await rest.importObject(this.#provider(configuration), address)
    if (instance === null) throw new Error('Cannot import non-existent remote object')
    this.#keep(configuration, name, instance)
  }

  /** What is gone leaves the state. */
  async #refresh(configuration: Configuration): Promise<void> {
    const provider = this.#provider(configuration)
    await inWaves(
      [...this.#state],
      () => [],
      async ([name, { instance, dependencies }]) => {
        const read = await rest.readObject(provider, instance)
        if (read === null) this.#state.delete(name)
        else this.#state.set(name, { instance: read, dependencies })
      },
    )
  }

  #changeOf(configuration: Configuration, name: string): Change | null {
    return changeOf(name, this.#state.get(name)?.instance, this.#planned(configuration, name))
  }

  async #write(configuration: Configuration, name: string): Promise<void> {
    const provider = this.#provider(configuration)
    const planned = this.#planned(configuration, name)
    const before = this.#state.get(name)?.instance
    if (planned.data === UNKNOWN) throw new Error(`restapi_object.${name} refers to what is not there.`)
    const given = { ...planned, data: planned.data }
    const instance =
      before === undefined
        ? await rest.createObject(provider, given)
        : await rest.updateObject(provider, before, given)
    this.#keep(configuration, name, instance)
  }

  async #remove(configuration: Configuration, names: readonly string[]): Promise<void> {
    const provider = this.#provider(configuration)
    const needs = (name: string) =>
      names.filter((other) => this.#state.get(other)?.dependencies.includes(name) === true)
    await inWaves(names, needs, async (name) => {
      const kept = this.#state.get(name)
      if (kept !== undefined) await rest.deleteObject(provider, kept.instance)
      this.#state.delete(name)
    })
  }

  #keep(configuration: Configuration, name: string, instance: rest.Instance): void {
    this.#state.set(name, { instance, dependencies: dependenciesOf(blockOf(configuration, name)) })
  }

  #planned(configuration: Configuration, name: string): Planned {
    return plannedOf(blockOf(configuration, name), this.#scope(configuration))
  }

  #scope({ locals }: Configuration): Scope {
    const idOf = (name: string) => this.#state.get(name)?.instance.id ?? UNKNOWN
    return { locals, variables: this.#variables, idOf }
  }

  #provider(configuration: Configuration): rest.Provider {
    const given = (name: string) =>
      evaluate(attribute(configuration.provider, name), this.#scope(configuration))
    const headers = given('headers')
    return {
      uri: textOf(given('uri')),
      headers: isObject(headers) ? Object.fromEntries(Object.entries(headers).map(asText)) : {},
      writeReturnsObject: given('write_returns_object') === true,
      sent: this.#sent,
    }
  }
}

function blockOf({ resources }: Configuration, name: string): Body {
  const body = resources.get(name)
  if (body === undefined) throw new Error(`No block restapi_object.${name}`)
  return body
}

function namesOf(changes: readonly Change[], wanted: Change['action']): readonly string[] {
  return changes.filter(({ action }) => action === wanted).map(({ name }) => name)
}

function asText([name, value]: [string, Value]): [string, string] {
  return [name, textOf(value)]
}
