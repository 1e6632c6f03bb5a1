// Observed addresses, as isolates hand them over.
import type { ObservedAddress } from '../../src/limits/addresses.ts'

export function anAddress(changes: Partial<ObservedAddress> = {}): ObservedAddress {
  const firstAtMs = changes.firstAtMs ?? Date.parse('2026-11-01T00:00:00Z')
  return { keyId: 'key_1', address: '203.0.113.7', firstAtMs, lastAtMs: firstAtMs, ...changes }
}
