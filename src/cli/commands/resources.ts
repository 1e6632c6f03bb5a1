// What the API has of each resource, as commands: list, show, create, update, delete, and the verbs that change its state.
import type { Command } from 'commander'
import {
  confirm,
  contextOf,
  showList,
  showRecord,
  tell,
  type Context,
  type GlobalOptions,
} from '../context.ts'
import { addFields, attributeOf, bodyOf, flagOf, type Field } from '../fields.ts'
import { effectOf } from '../effect.ts'
import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import { RESOURCES } from '../resource-table.ts'
import type { ResourceCommands, Verb } from '../resources/resource.ts'
import { columnsOf } from '../table.ts'
import type { Terminal } from '../terminal.ts'

type Options = GlobalOptions & Readonly<Record<string, unknown>>

export function addResources(program: Command, terminal: Terminal): void {
  for (const resource of RESOURCES) {
    const group = program.command(resource.command).description(resource.description)
    if (resource.alias !== undefined) group.alias(resource.alias)
    addReads(group, terminal, resource)
    addWrites(group, terminal, resource)
    for (const verb of resource.verbs) addVerb(group, terminal, resource, verb)
  }
}

function addReads(group: Command, terminal: Terminal, resource: ResourceCommands): void {
  const { path, noun, filters } = resource
  const list = group
    .command('list')
    .alias('ls')
    .description(`list ${resource.command}, newest first`)
    .option('--limit <number>', 'at most so many', Number, 100)
  for (const filter of filters) list.option(`--${flagOf(filter)} <value>`, filter.description)
  list.action(async (_, command: Command) => {
    const options = command.optsWithGlobals<Options>()
    const context = contextOf(terminal, options)
    const query = Object.fromEntries(
      filters.map((filter) => [filter.name, textOption(options[attributeOf(filter)])] as const),
    )
    const rows: JsonObject[] = []
    for await (const row of (await context.api()).list(`/${path}`, query, Number(options.limit)))
      rows.push(row)
    showList(context, columnsOf(resource.columns), rows, `No ${resource.command} here.`)
  })
  group
    .command('show')
    .argument('<id>', `id of the ${noun}`)
    .description(`show one ${noun}`)
    .action(async (id: string, _, command: Command) => {
      const context = contextOf(terminal, command.optsWithGlobals<Options>())
      showOne(context, await (await context.api()).call('GET', `/${path}/${encodeURIComponent(id)}`))
    })
}

function addWrites(group: Command, terminal: Terminal, resource: ResourceCommands): void {
  const { path, noun, create, update } = resource
  if (create !== null)
    addFields(group.command('create').description(`create ${article(noun)}`), create).action(
      async (_, command: Command) => {
        const options = command.optsWithGlobals<Options>()
        const context = contextOf(terminal, options)
        const json = await bodyOf(terminal, options, create)
        const made = await (await context.api()).call('POST', `/${path}`, { json })
        tell(context, `Created ${article(noun)}.`)
        showOne(context, made)
      },
    )
  if (update !== null) addUpdate(group, terminal, resource, update)
  group
    .command('delete')
    .argument('<id>', `id of the ${noun}`)
    .description(`delete ${article(noun)}`)
    .action(async (id: string, _, command: Command) => {
      const context = contextOf(terminal, command.optsWithGlobals<Options>())
      await confirm(context, `${resource.deletion} (${id})`)
      const gone = await (await context.api()).call('DELETE', `/${path}/${encodeURIComponent(id)}`)
      tell(context, `Deleted.${effectOf(gone)}`)
    })
}

function addUpdate(
  group: Command,
  terminal: Terminal,
  { path, noun }: ResourceCommands,
  fields: readonly Field[],
): void {
  const command = group
    .command('update')
    .argument('<id>', `id of the ${noun}`)
    .description(`change fields of ${article(noun)}; an empty text clears a field`)
  addFields(command, fields).action(async (id: string, _, given: Command) => {
    const options = given.optsWithGlobals<Options>()
    const context = contextOf(terminal, options)
    const json = await bodyOf(terminal, options, fields)
    const changed = await (await context.api()).call('PATCH', `/${path}/${encodeURIComponent(id)}`, { json })
    tell(context, `Changed.${effectOf(changed)}`)
    showOne(context, changed)
  })
}

function addVerb(group: Command, terminal: Terminal, { path, noun }: ResourceCommands, verb: Verb): void {
  const { name, description, fields = [], warning } = verb
  const command = group.command(name).argument('<id>', `id of the ${noun}`).description(description)
  const action = async (id: string, _: unknown, given: Command) => {
    const options = given.optsWithGlobals<Options>()
    const context = contextOf(terminal, options)
    if (warning !== undefined) await confirm(context, `${warning} (${id})`)
    const json = fields.length === 0 ? undefined : await bodyOf(terminal, options, fields)
    const answer = await (
      await context.api()
    ).call('POST', `/${path}/${encodeURIComponent(id)}/${name}`, { json })
    tell(context, `${verb.done}${effectOf(answer)}`)
    showOne(context, answer)
  }
  if (fields.length > 0) addFields(command, fields)
  command.action(action)
}

/** What was answered, without what is said of its propagation; of an answer that wraps a key, the key. */
export function showOne(context: Context, answer: Json): void {
  if (!isJsonObject(answer)) return
  if (context.options.json === true) return showRecord(context, answer)
  const { propagation: _, key, ...rest } = answer
  showRecord(context, isJsonObject(key) ? { ...key, ...rest } : rest)
}

function article(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`
}

function textOption(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
