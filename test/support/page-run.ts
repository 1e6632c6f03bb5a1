// What a reader would complain about who pasted a page's commands one after the other. Runs nothing.
import type { Block } from './pages.ts'
import { missingFrom, shownFailures } from './shown-output.ts'
import type { Ran } from './terminal.ts'

const HERE_DOCUMENT = /<<'(\w+)'\n[\s\S]*?^\1$/gm

/**
 * Sentences, none where the block does what the page shows: every command succeeds, a status from 400 on is shown as such, and
 * what is shown was printed.
 * @param ran what came of the block's commands, up to the first that failed; empty if none of them was to be run
 */
export function complaints({ line, shown }: Block, ran: readonly Ran[]): readonly string[] {
  if (ran.length === 0) return []
  const broken = ran.filter(({ exitCode }) => exitCode !== 0)
  const failures = ran.flatMap(({ statuses }) => statuses).filter((status) => status >= 400)
  const answered = failures.join(', ') || 'no failure'
  const announced = shownFailures(shown).join(', ') || 'no failure'
  return [
    ...broken.map(({ command, exitCode, stderr }) => `ended with ${exitCode}: ${command}\n${stderr}`),
    ...(answered === announced ? [] : [`${answered}, where ${announced} is shown:\n${transcript(ran)}`]),
    ...(shown === null ? [] : missingFrom(printedBy(ran, shown.language), shown)),
  ].map((sentence) => `line ${line}: ${sentence}`)
}

/** An answer is that of the last command; lines may be of any of them. */
function printedBy(ran: readonly Ran[], language: string): string {
  return language === 'json' ? (ran.at(-1)?.stdout ?? '') : ran.map(({ stdout }) => stdout).join('\n')
}

function transcript(ran: readonly Ran[]): string {
  return ran
    .map(({ command, stdout, statuses }) => `$ ${command}\n${statuses.join(', ')}\n${stdout}`)
    .join('\n')
}

/** At the prompt of zsh, which macOS comes with, `#` begins no comment, and a bare `?` is a pattern that matches no file. */
export function unfitForZsh({ line, text }: Block): readonly string[] {
  const bare = text.replaceAll(HERE_DOCUMENT, '').replaceAll(/'[^']*'|"[^"]*"/g, '')
  const signs = bare.match(/(?<=^|\s)#|[?*[\]]/gm) ?? []
  return signs.map((sign) => `line ${line}: ${sign} outside of quotes`)
}
