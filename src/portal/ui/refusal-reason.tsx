// Why a request was refused, in a sentence, with the page that says more.

const REASONS: Readonly<Record<string, string>> = {
  key_missing: 'No key was sent.',
  key_malformed: 'What was sent is not shaped like a key.',
  key_unknown: 'No such key exists.',
  key_revoked: 'The key was revoked.',
  key_expired: 'The key has expired.',
  key_disabled: 'The key is disabled.',
  key_ambiguous: 'Two different keys were sent.',
  environment_mismatch: 'A test key on a live route, or the other way round.',
  scope_missing: 'The key lacks a scope that the route asks for.',
  address_not_allowed: 'The address is not among those of the network policy.',
  origin_not_allowed: 'The web origin is not among those of the network policy.',
  country_not_allowed: 'The country is not among those of the network policy.',
  organization_suspended: 'The organization is suspended.',
  rate_limited: 'A rate limit was reached.',
  quota_exceeded: 'A quota is used up.',
  route_not_found: 'No route has this path.',
  method_not_allowed: 'The route does not take this method.',
}

export function RefusalReason({ code }: { readonly code: string }) {
  return (
    <span>
      {REASONS[code] ?? 'It was refused.'}{' '}
      <a href={`/_latchkey/errors#${encodeURIComponent(code)}`} className="whitespace-nowrap underline">
        <code>{code}</code>
      </a>
    </span>
  )
}
