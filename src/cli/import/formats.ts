// How the keys of a file begin: as the operator says, or as a dry run proposes. Keys that the gateway could not find are not sent.
import type { LegacyFormat } from '../../model/legacy-format.ts'
import { CliError } from '../exit.ts'
import type { ImportOptions } from './options.ts'
import { proposePrefix, type Proposal } from './proposal.ts'
import { draftsOf, type Manner } from './records.ts'
import type { Source } from './source.ts'

export interface Formats {
  readonly formats: readonly LegacyFormat[]
  readonly proposal: Proposal | null
}

/** A dry run goes on with the proposal. @throws CliError where keys would be sent that the gateway could not find */
export async function formatsOf(
  source: Source,
  manner: Manner,
  { prefix = [], dryRun }: ImportOptions,
): Promise<Formats> {
  if (prefix.length > 0) return { formats: prefix.map(beginning), proposal: null }
  const proposal = await proposePrefix(draftsOf(source, manner))
  if (proposal.plaintexts === 0) return { formats: [], proposal: null }
  const formats = proposal.prefix === null ? [] : [beginning(proposal.prefix)]
  if (dryRun === true) return { formats, proposal }
  throw new CliError(
    'usage',
    'Keys in clear need --prefix: how they begin. Nothing was sent.',
    adviceOn(proposal),
  )
}

function beginning(prefix: string): LegacyFormat {
  return { prefix }
}

export function adviceOn({ prefix }: Proposal): readonly string[] {
  if (prefix === null)
    return [
      'No beginning that ends in _ or - is seen to be shared. Say how the keys begin: --prefix, which may be repeated.',
      'The gateway looks for a key only where its beginning is declared (docs/key-format.md, Legacy formats).',
    ]
  return [
    `All keys begin with ${prefix}: import them with --prefix ${prefix}`,
    'The gateway looks for them once that is declared, beside those that are (the list is replaced):',
    `curl -X PATCH "$GATEWAY/_latchkey/v1/settings" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '${JSON.stringify({ legacy_formats: [{ prefix }] })}'`,
  ]
}
