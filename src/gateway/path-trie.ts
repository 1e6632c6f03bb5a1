// Which patterns match a path: a tree of segments, walked once. Patterns have no regular expressions
// (src/policy/route-pattern.ts), so neither does this, and a path costs at most one step for each pattern's segment.

interface Node<T> {
  readonly literals: Map<string, Node<T>>
  parameter: Node<T> | null
  /** Of patterns that end here. */
  readonly here: T[]
  /** Of patterns that go on to `*`, which is any rest, none included. */
  readonly rest: T[]
}

export class PathTrie<T> {
  readonly #root: Node<T> = createNode()

  /** @param pattern such as `/orders/:id/*` */
  add(pattern: string, value: T): void {
    let node = this.#root
    for (const segment of segmentsOf(pattern)) {
      if (segment === '*') {
        node.rest.push(value)
        return
      }
      node = segment.startsWith(':') ? (node.parameter ??= createNode()) : childOf(node, segment)
    }
    node.here.push(value)
  }

  /** The values of every pattern that matches, in no order. */
  match(path: string): readonly T[] {
    const found: T[] = []
    collect(this.#root, segmentsOf(path), 0, found)
    return found
  }
}

function createNode<T>(): Node<T> {
  return { literals: new Map(), parameter: null, here: [], rest: [] }
}

function childOf<T>(node: Node<T>, segment: string): Node<T> {
  const held = node.literals.get(segment)
  if (held !== undefined) return held
  const child = createNode<T>()
  node.literals.set(segment, child)
  return child
}

function collect<T>(node: Node<T>, segments: readonly string[], index: number, found: T[]): void {
  for (const value of node.rest) found.push(value)
  const segment = segments[index]
  if (segment === undefined) {
    for (const value of node.here) found.push(value)
    return
  }
  const literal = node.literals.get(segment)
  if (literal !== undefined) collect(literal, segments, index + 1, found)
  // A parameter stands for one segment that is there: `/orders/` is no order.
  if (node.parameter !== null && segment !== '') collect(node.parameter, segments, index + 1, found)
}

function segmentsOf(path: string): readonly string[] {
  return path.slice(1).split('/')
}
