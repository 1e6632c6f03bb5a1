// What the API's owner keeps of a tenant for its own use, as it is kept.
interface MetadataProps {
  readonly value: Readonly<Record<string, unknown>>
}

export function Metadata({ value }: MetadataProps) {
  if (Object.keys(value).length === 0) return 'None'
  return <code className="text-sm break-all whitespace-pre-wrap">{JSON.stringify(value, null, 2)}</code>
}
