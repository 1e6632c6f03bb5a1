// From where a key may be used: addresses, countries and web origins, one a line.
import { TextField } from '../ui/fields.tsx'
import { linesOf, listOf } from './texts.ts'

export interface NetworkTexts {
  readonly addresses: string
  readonly countries: string
  readonly origins: string
}

export const ANYWHERE: NetworkTexts = { addresses: '', countries: '', origins: '' }

interface NetworkFieldsProps {
  readonly value: NetworkTexts
  readonly change: (value: NetworkTexts) => void
  readonly error: Error | null
}

export function NetworkFields({ value, change, error }: NetworkFieldsProps) {
  return (
    <>
      <TextField
        isMultiline
        label="Addresses"
        help="IP addresses or ranges, one a line, such as 203.0.113.0/24. Empty: from anywhere."
        value={value.addresses}
        change={(addresses) => change({ ...value, addresses })}
        pointer="/network/addresses"
        error={error}
      />
      <TextField
        label="Countries"
        help="Codes of two letters, with commas between them, such as CH, DE. Empty: any."
        value={value.countries}
        change={(countries) => change({ ...value, countries })}
        pointer="/network/countries"
        error={error}
      />
      <TextField
        isMultiline
        label="Web origins"
        help="Of pages that use the key in browsers, one a line, such as https://app.example.com. Empty: any."
        value={value.origins}
        change={(origins) => change({ ...value, origins })}
        pointer="/network/web_origins"
        error={error}
      />
    </>
  )
}

/** As the API takes it: an empty list is no list. */
export function networkOf({ addresses, countries, origins }: NetworkTexts) {
  const lists = { addresses: listOf(addresses), countries: listOf(countries), web_origins: listOf(origins) }
  return {
    ...(lists.addresses.length > 0 && { addresses: [...lists.addresses] }),
    ...(lists.countries.length > 0 && { countries: [...lists.countries] }),
    ...(lists.web_origins.length > 0 && { web_origins: [...lists.web_origins] }),
  }
}

interface Network {
  readonly addresses?: readonly string[] | undefined
  readonly countries?: readonly string[] | undefined
  readonly web_origins?: readonly string[] | undefined
}

export function textsOf({ addresses, countries, web_origins: origins }: Network): NetworkTexts {
  return { addresses: linesOf(addresses), countries: (countries ?? []).join(', '), origins: linesOf(origins) }
}
