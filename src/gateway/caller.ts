// What is known of the caller, from what the platform vouches for alone.
import type { CallerFacts } from '../policy/access.ts'

/**
 * Cloudflare overwrites `CF-Connecting-IP` at its edge; `CF-IPCountry` it sets only where a zone asks for it, so the
 * country comes from `request.cf`, which no client can write.
 */
export function readCaller(request: Request): CallerFacts {
  const country = request.cf?.country
  return {
    address: request.headers.get('cf-connecting-ip'),
    country: typeof country === 'string' ? country.toUpperCase() : null,
    webOrigin: request.headers.get('origin'),
  }
}
