// From where keys are used, for those who look whether an old one still is, and who want to bind one to a network (docs/addresses.md):
// each address of a key is told once in a while, behind an answer.
import { hasRoomFor, type AddressBounds } from '../limits/addresses.ts'
import { USES } from '../model/uses.ts'
import { networkOf } from '../policy/networks.ts'
import type { GatewayDeps } from './deps.ts'
import type { Answered, OrganizationUsage } from './usage.ts'

/** Of one organization, between two hand-overs. */
const BOUNDS: AddressBounds = { all: 256, ofKey: 16 }
/** Of all organizations, about a hundred bytes each: limiters that fail must not fill the memory. */
const MAX_HELD = 2_000
const TELL_AGAIN_MS = 300_000
/** Told ones that are remembered. Beyond it all are forgotten, and told once more. */
const MAX_TOLD = 4_000

/** Keeps the address of a request that was admitted, unless it was told of late, or there is no room. */
export function observeAddress(
  { trace: { key, address }, outcome, atMs }: Answered,
  usage: OrganizationUsage,
  { config, memory: { usage: memory } }: GatewayDeps,
): void {
  if (key === null || address === null || config.addressDays === 0) return
  // A publishable key is used by everybody's browser: those addresses are none of its owner's.
  if (key.kind !== 'secret' || !USES.has(outcome)) return
  // Once it is rotated, the first use from each address is news.
  const name = `${key.id} ${key.rotated} ${address}`
  if (atMs - (memory.told.get(name) ?? -Infinity) < TELL_AGAIN_MS) return
  if (memory.addresses >= MAX_HELD || !hasRoomFor(usage.addresses, key.id, BOUNDS)) return
  const network = networkOf(address)
  if (network === null) return
  if (memory.told.size >= MAX_TOLD) memory.told.clear()
  memory.told.set(name, atMs)
  usage.addresses.push({ keyId: key.id, address: network, firstAtMs: atMs, lastAtMs: atMs })
  memory.addresses++
}
