// The pages that a newcomer reads, and the commands on them: which stand in which block, and what the page shows below a block.
// Runs nothing.
import { globSync, readFileSync } from 'node:fs'

/** Everything in between is for the reader alone: sources of other programs have Markdown of their own. */
const PAGES = ['*.md', 'docs/**/*.md', 'examples/**/*.md', 'bench/**/*.md']

export interface Block {
  /** Of the first line inside the fence, counted from 1. */
  readonly line: number
  readonly text: string
  /** What follows at once, with no word between: the page says that this is what the block prints. */
  readonly shown: Shown | null
}

export interface Shown {
  readonly language: string
  readonly text: string
}

interface Fence extends Shown {
  readonly start: number
  readonly end: number
}

export function pages(): readonly string[] {
  return globSync(PAGES)
    .filter((path) => !path.includes('node_modules'))
    .toSorted()
}

export function readPage(path: string): readonly Block[] {
  return blocksOf(readFileSync(path, 'utf8'))
}

/** The blocks marked `sh`, in the order of the page. */
export function blocksOf(page: string): readonly Block[] {
  const fences = fencesOf(page)
  return fences.flatMap((fence, index) => {
    if (fence.language !== 'sh') return []
    const next = fences[index + 1]
    const follows =
      next !== undefined && next.language !== 'sh' && page.slice(fence.end, next.start).trim() === ''
    const line = page.slice(0, fence.start).split('\n').length + 1
    return [{ line, text: fence.text, shown: follows ? next : null }]
  })
}

/** First lines of blocks that look like commands, and are not marked as such: nobody would run them. */
export function unmarkedCommands(page: string): readonly string[] {
  const others = fencesOf(page).filter(({ language }) =>
    ['', 'text', 'bash', 'shell', 'console', 'zsh'].includes(language),
  )
  return others
    .map(({ text }) => text.split('\n')[0] ?? '')
    .filter((line) => /^\$ |^(curl|npm|npx|node|latchkey) /.test(line))
}

function fencesOf(page: string): readonly Fence[] {
  return [...page.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1]?.trim() ?? '',
    text: match[2]?.trimEnd() ?? '',
    start: match.index,
    end: match.index + match[0].length,
  }))
}
