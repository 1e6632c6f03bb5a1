// What keys of another system look like: they carry no check digits, and are looked for by this alone.

export interface LegacyFormat {
  readonly prefix: string
}
