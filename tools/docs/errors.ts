// docs/errors.md: the table of problems, and a section for each, from src/problem-catalog.ts.
import { PROBLEM_CATALOG, type DocumentedProblem } from '../../src/problem-catalog.ts'

const SURFACES: Readonly<Record<DocumentedProblem['surface'], string>> = {
  gateway: 'gateway',
  control: 'control plane',
  both: 'gateway, control plane',
}

export function errorSections(): string {
  const table = PROBLEM_CATALOG.map(
    ({ code, status, title, surface }) =>
      `| [\`${code}\`](#${code}) | ${status} | ${title} | ${SURFACES[surface]} |`,
  )
  const head = ['| code | status | title | answered by |', '| --- | --- | --- | --- |']
  return [[...head, ...table].join('\n'), ...PROBLEM_CATALOG.map(section)].join('\n\n')
}

// GitHub makes `#key_missing` of the heading, which is also the anchor of the gateway's own page.
function section({ code, status, title, when, remedy, challenge }: DocumentedProblem): string {
  const lines = [`### ${code}`, `**${status} ${title}.** ${when}`, `What to do: ${remedy}`]
  if (challenge !== undefined) lines.push(challengeLine(challenge))
  return lines.join('\n\n')
}

function challengeLine(error: NonNullable<DocumentedProblem['challenge']>): string {
  const attribute = error === '' ? '' : `, error="${error}"`
  const scope = error === 'insufficient_scope' ? ', scope="..."' : ''
  return `Comes with \`WWW-Authenticate: Bearer realm="<host>"${attribute}${scope}\`.`
}
