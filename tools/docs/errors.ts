// docs/errors.md: the table of problems, and a section for each, from src/problem.ts.
import { PROBLEMS } from '../../src/problem.ts'

interface Row {
  readonly status: number
  readonly title: string
  readonly when: string
  readonly remedy: string
  readonly challenge?: '' | 'invalid_token' | 'insufficient_scope'
  readonly surface: 'gateway' | 'control' | 'both'
}

const ROWS: readonly (readonly [code: string, row: Row])[] = Object.entries(PROBLEMS)

const SURFACES: Readonly<Record<Row['surface'], string>> = {
  gateway: 'gateway',
  control: 'control plane',
  both: 'gateway, control plane',
}

export function errorSections(): string {
  const table = ROWS.map(
    ([code, row]) => `| [\`${code}\`](#${code}) | ${row.status} | ${row.title} | ${SURFACES[row.surface]} |`,
  )
  const head = ['| code | status | title | answered by |', '| --- | --- | --- | --- |']
  return [[...head, ...table].join('\n'), ...ROWS.map(section)].join('\n\n')
}

// GitHub makes `#key_missing` of the heading, which is also the anchor of the gateway's own page.
function section([code, row]: readonly [string, Row]): string {
  const lines = [`### ${code}`, `**${row.status} ${row.title}.** ${row.when}`, `What to do: ${row.remedy}`]
  if (row.challenge !== undefined) lines.push(challengeLine(row.challenge))
  return lines.join('\n\n')
}

function challengeLine(error: NonNullable<Row['challenge']>): string {
  const attribute = error === '' ? '' : `, error="${error}"`
  const scope = error === 'insufficient_scope' ? ', scope="..."' : ''
  return `Comes with \`WWW-Authenticate: Bearer realm="<host>"${attribute}${scope}\`.`
}
