// Reads the part of HCL that docs/terraform/ is written in: blocks, attributes, objects, lists, templates, calls and references.
// What is beyond that (operators, conditions, for, heredocs) is an error here, and not a mistake of the file.

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'template'; readonly parts: readonly Expression[] }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Expression])[] }
  | { readonly kind: 'call'; readonly name: string; readonly given: readonly Expression[] }
  | { readonly kind: 'reference'; readonly path: readonly string[] }

export interface Body {
  readonly attributes: ReadonlyMap<string, Expression>
  readonly blocks: readonly Block[]
}

export interface Block {
  readonly type: string
  readonly labels: readonly string[]
  readonly body: Body
}

const TOKEN =
  /(?<blank>\s+|(?:#|\/\/).*)|(?<string>"(?:[^"\\]|\\.)*")|(?<number>-?\d+(?:\.\d+)?)|(?<name>[A-Za-z_][\w-]*)|(?<sign>[={}[\](),.])/y
const CONSTANTS = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
])

interface Token {
  readonly kind: string
  readonly text: string
}

/** The blocks of a file, in its order. */
export function parseHcl(text: string): readonly Block[] {
  const tokens = new Tokens(tokensOf(text))
  const { attributes, blocks } = body(tokens, 'end')
  if (attributes.size > 0) throw new Error('An attribute stands outside of a block.')
  return blocks
}

function tokensOf(text: string): Token[] {
  const pattern = new RegExp(TOKEN)
  const tokens: Token[] = []
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex
    const groups = pattern.exec(text)?.groups
    if (groups === undefined) throw new Error(`Beyond this reader: ${text.slice(at, at + 30)}`)
    const [kind = '', found = ''] = Object.entries(groups).find(([, value]) => value !== undefined) ?? []
    if (kind !== 'blank') tokens.push({ kind: kind === 'sign' ? found : kind, text: found })
  }
  return [...tokens, { kind: 'end', text: '' }]
}

class Tokens {
  #at = 0
  readonly #tokens: readonly Token[]

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  /** @param ahead 0: the one that comes next */
  kind(ahead = 0): string {
    return this.#tokens[this.#at + ahead]?.kind ?? 'end'
  }

  take(...kinds: readonly string[]): string {
    const token = this.#tokens[this.#at++]
    if (token === undefined || !kinds.includes(token.kind))
      throw new Error(`Expected ${kinds.join(' or ')}, found ${token?.text}`)
    return token.text
  }

  skip(kind: string): void {
    if (this.kind() === kind) this.#at++
  }
}

function body(tokens: Tokens, end: string): Body {
  const attributes = new Map<string, Expression>()
  const blocks: Block[] = []
  while (tokens.kind() !== end) {
    const name = tokens.take('name')
    if (tokens.kind() === '=') attributes.set(name, assigned(tokens))
    else blocks.push(block(tokens, name))
  }
  tokens.take(end)
  return { attributes, blocks }
}

function block(tokens: Tokens, type: string): Block {
  const labels: string[] = []
  while (tokens.kind() === 'string') labels.push(unquoted(tokens.take('string')))
  tokens.take('{')
  return { type, labels, body: body(tokens, '}') }
}

function assigned(tokens: Tokens): Expression {
  tokens.take('=')
  return expression(tokens)
}

function expression(tokens: Tokens): Expression {
  switch (tokens.kind()) {
    case 'string':
      return template(unquoted(tokens.take('string')))
    case 'number':
      return { kind: 'literal', value: Number(tokens.take('number')) }
    case '[':
      tokens.take('[')
      return { kind: 'list', items: listed(tokens, ']') }
    case '{':
      return object(tokens)
    default:
      return named(tokens)
  }
}

function listed(tokens: Tokens, end: string): readonly Expression[] {
  const items: Expression[] = []
  while (tokens.kind() !== end) {
    items.push(expression(tokens))
    tokens.skip(',')
  }
  tokens.take(end)
  return items
}

function object(tokens: Tokens): Expression {
  const entries: [string, Expression][] = []
  tokens.take('{')
  while (tokens.kind() !== '}') {
    entries.push([tokens.take('name'), assigned(tokens)])
    tokens.skip(',')
  }
  tokens.take('}')
  return { kind: 'object', entries }
}

function named(tokens: Tokens): Expression {
  const path = [tokens.take('name')]
  const [name = ''] = path
  const constant = CONSTANTS.get(name)
  if (constant !== undefined) return { kind: 'literal', value: constant }
  if (tokens.kind() === '(') {
    tokens.take('(')
    return { kind: 'call', name, given: listed(tokens, ')') }
  }
  while (tokens.kind() === '.') {
    tokens.take('.')
    path.push(tokens.take('name'))
  }
  return { kind: 'reference', path }
}

/** Every second piece of a template is an expression. */
function template(text: string): Expression {
  const pieces = text.split(/\$\{([^}]*)\}/)
  if (pieces.length === 1) return { kind: 'literal', value: text }
  const parts = pieces.map((piece, index): Expression => {
    return index % 2 === 0 ? { kind: 'literal', value: piece } : expression(new Tokens(tokensOf(piece)))
  })
  return { kind: 'template', parts }
}

/** The escapes of a quoted HCL string that JSON has too. */
function unquoted(quoted: string): string {
  return String(JSON.parse(quoted))
}
