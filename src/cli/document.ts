// A file that somebody wrote: YAML, and so JSON, with the line of everything in it.
import { isNode, LineCounter, parseDocument, type Document as YamlDocument, type YAMLParseError } from 'yaml'
import { CliError } from './exit.ts'
import { readText } from './fields.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import { clean } from './table.ts'
import { readAll, type Terminal } from './terminal.ts'

export interface Document {
  readonly name: string
  readonly value: JsonObject
  /** `latchkey.yaml:12:5`, of what a JSON pointer (RFC 6901) points at, or of what holds it. */
  readonly placeOf: (pointer: string) => string
}

/** What the file is taken for. */
export interface Kind {
  /** `a configuration` */
  readonly noun: string
  readonly hint: string
}

const CONFIGURATION: Kind = {
  noun: 'a configuration',
  hint: 'docs/latchkey.schema.json says what may stand in it.',
}

/** @throws CliError with the line of what is no YAML */
export async function readDocument(
  terminal: Terminal,
  path: string,
  { noun, hint }: Kind = CONFIGURATION,
): Promise<Document> {
  const text = path === '-' ? await readAll(terminal) : await readText(path)
  const name = path === '-' ? 'standard input' : path
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const [error] = document.errors
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0])
    throw new CliError('usage', `${name}:${line}:${col}: ${clean(sentenceOf(error))}`)
  }
  const value = valueOf(document, name)
  if (!isJsonObject(value)) throw new CliError('usage', `${name} is not ${noun}.`, [hint])
  const placeOf = (pointer: string): string => {
    const way = pointer.split('/').slice(1).map(unescaped)
    for (let depth = way.length; depth > 0; depth--) {
      const node: unknown = document.getIn(way.slice(0, depth), true)
      if (!isNode(node) || !node.range) continue
      const { line, col } = lines.linePos(node.range[0])
      return `${name}:${line}:${col}${depth < way.length ? ` ${way.slice(depth).join('.')}` : ''}`
    }
    return `${name} ${way.join('.')}`.trim()
  }
  return { name, value, placeOf }
}

// Of what is nested too deeply, the parser says that its stack is at its end.
function sentenceOf({ code, message }: YAMLParseError): string {
  return code === 'RESOURCE_EXHAUSTION' ? 'Is nested too deeply.' : message
}

// An alias without its anchor, and aliases that would grow beyond any memory, are found here and not while parsing.
function valueOf(document: Pick<YamlDocument, 'toJS'>, name: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    throw new CliError('usage', `${name}: ${clean(error instanceof Error ? error.message : String(error))}`)
  }
}

// RFC 6901, section 3. A step into a list is a number.
function unescaped(step: string): string | number {
  return /^\d+$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~')
}
