// What the keys of a file look like: as the operator says, or as a dry run proposes. Keys that the gateway could not find are not sent.
import type { LegacyFormat } from '../../model/legacy-format.ts'
import { CliError } from '../exit.ts'
import { declarationOf, optionOf } from './declared-format.ts'
import { declaredBy, type ImportOptions } from './options.ts'
import { proposeFormat, type Proposal } from './proposal.ts'
import { draftsOf, type Manner } from './records.ts'
import type { Source } from './source.ts'

export interface Formats {
  readonly formats: readonly LegacyFormat[]
  readonly proposal: Proposal | null
}

/** A dry run goes on with the proposal. @throws CliError where keys would be sent that the gateway could not find */
export async function formatsOf(source: Source, manner: Manner, options: ImportOptions): Promise<Formats> {
  const declared = declaredBy(options)
  if (declared.length > 0) return { formats: declared, proposal: null }
  const proposal = await proposeFormat(draftsOf(source, manner))
  if (proposal.plaintexts === 0) return { formats: [], proposal: null }
  const formats = proposal.format === null ? [] : [proposal.format]
  if (options.dryRun === true) return { formats, proposal }
  throw new CliError(
    'usage',
    'Keys in clear need --prefix or --format: what they look like. Nothing was sent.',
    adviceOn(proposal),
  )
}

export function adviceOn({ format }: Proposal): readonly string[] {
  if (format === null)
    return [
      'No beginning that ends in _ or - is seen to be shared, nor one alphabet and one length. Say what the keys look like: --prefix or --format, which may be repeated.',
      'The gateway looks for a key only where its format is declared (docs/key-format.md, Legacy formats).',
    ]
  return [
    `${sharedBy(format)}: import them with ${optionOf(format)}`,
    'The gateway looks for them once that is declared, beside those that are (the list is replaced):',
    `curl -X PATCH "$GATEWAY/_latchkey/v1/settings" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '${JSON.stringify({ legacy_formats: [declarationOf(format)] })}'`,
  ]
}

function sharedBy({ prefix, alphabet, length }: LegacyFormat): string {
  if (alphabet === null) return `All keys begin with ${prefix}`
  return length === null
    ? `All keys are of the alphabet ${alphabet}`
    : `All keys have ${length} characters of ${alphabet}`
}
