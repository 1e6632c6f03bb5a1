// Files that exist whole or not at all, because another start may read them at any moment.
import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { codeOf } from './refusal.ts'

/** Private to its owner: these files hold secrets or name processes. */
const MODE = 0o600

/** Replaces the file in one step. */
export function replaceFile(path: string, text: string): void {
  const draft = writeDraft(path, text)
  renameSync(draft, path)
}

/**
 * Creates the file unless there is one.
 * A link, not an exclusive open: the loser of a race would read the winner's file before its text is in it.
 */
export function createFile(path: string, text: string): 'created' | 'exists' {
  const draft = writeDraft(path, text)
  try {
    linkSync(draft, path)
    return 'created'
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return 'exists'
    throw thrown
  } finally {
    rmSync(draft, { force: true })
  }
}

function writeDraft(path: string, text: string): string {
  const draft = `${path}.${process.pid}`
  rmSync(draft, { force: true })
  writeFileSync(draft, text, { flag: 'wx', mode: MODE })
  return draft
}
