// Steps 3 and 4: from the text of a credential to what is known of its key. Memory first, and only a key with true
// check digits may cost a read of storage.
import { isOlder, type Moment } from '../feed/usable.ts'
import { hasValidCheck } from '../keys/check.ts'
import { digestKey } from '../keys/digest.ts'
import { looksLikeToken, parseKey, type ParsedKey } from '../keys/format.ts'
import { lazy } from '../lazy.ts'
import type { PresentedKey } from '../model/adoption.ts'
import type { LegacyFormat } from '../model/legacy-format.ts'
import type { KeyFacts, KeySnapshot } from '../model/snapshot.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { getKeyCopy, putKeyCopy } from '../store/edge.ts'
import { mayUseKey, momentOf, salvage, type Basis } from './basis.ts'
import { readCopy, REFRESH_AT, refreshBehind } from './copies.ts'
import type { CompiledConfig } from './compiled-config.ts'
import type { GatewayDeps } from './deps.ts'
import { noteFailure, refuseFailingAddress } from './failing-address.ts'
import { readOnce } from './read-once.ts'

/** How long "no such key" may be believed. */
export const ABSENCE_MAX_AGE_MS = 10_000

const firstUse = lazy(() => import('./first-use.ts'))
const childToken = lazy(() => import('./child-token.ts'))
const formatWindow = lazy(() => import('./format-window.ts'))

/** What D1 said of a key that exists. */
export type FoundKey = KeySnapshot & { readonly key: KeyFacts }

/**
 * Finds the key of a credential.
 * @param text as sent
 * @param address the client's, null when unknown
 */
export async function findKey(
  text: string,
  address: string | null,
  config: CompiledConfig,
  basis: Basis,
  deps: GatewayDeps,
): Promise<Result<FoundKey, Refusal>> {
  if (looksLikeToken(text)) return findParent(text, config, basis, deps)
  const parsed = parseKey(text, config.snapshot.settings.legacyFormats)
  if (parsed === null) return err(refuse('key_malformed'))
  const hash = await digestKey(text)
  const held = heldSnapshot(hash, basis, deps)
  // A hash in memory was checked when it got there: the warm path costs one digest and no HMAC.
  if (held !== null) return asPresented(known(held), parsed, deps)
  const refusal =
    (await refuseMalformed(text, config, basis, deps)) ?? (await refuseFailingAddress(address, deps))
  if (refusal !== null) return err(refusal)
  const imported = parsed.format === 'legacy' ? { text, hash, prefix: parsed.declared.prefix } : null
  const read = await findKeyByHash(hash, basis, deps, imported)
  if (!read.ok && read.error.code === 'key_unknown') noteFailure(address, deps)
  return asPresented(read, parsed, deps)
}

/** Of a native key, nothing is asked. */
function asPresented(
  found: Result<FoundKey, Refusal>,
  parsed: ParsedKey,
  deps: GatewayDeps,
): Result<FoundKey, Refusal> | Promise<Result<FoundKey, Refusal>> {
  if (!found.ok || parsed.format === 'native') return found
  return bind(found.value, parsed.declared, deps)
}

async function bind(
  found: FoundKey,
  declared: LegacyFormat,
  deps: GatewayDeps,
): Promise<Result<FoundKey, Refusal>> {
  const { bindToFormat } = await formatWindow()
  return ok(bindToFormat(found, declared, deps))
}

/** Shape and check digits: no key that was invented gets past it, and nothing is looked up. */
export async function refuseMalformed(
  text: string,
  config: CompiledConfig,
  basis: Basis,
  deps: GatewayDeps,
): Promise<Refusal | null> {
  if (looksLikeToken(text)) return refuseToken(text, config, deps)
  const { snapshot, checkSecrets } = config
  const parsed = parseKey(text, snapshot.settings.legacyFormats)
  if (parsed === null) return refuse('key_malformed')
  if (parsed.format !== 'native' || (await hasValidCheck(checkSecrets, parsed.body, parsed.check)))
    return null
  // In an outage the secrets may be those from before a rotation: an outage is not a verdict.
  return refuse(basis.isDegraded ? 'verification_unavailable' : 'key_malformed')
}

async function refuseToken(text: string, config: CompiledConfig, deps: GatewayDeps): Promise<Refusal | null> {
  const { readToken } = await childToken()
  const claims = await readToken(text, config, deps)
  return claims.ok ? null : claims.error
}

// A token is as good as the key that lent it: looked up by the same copies, under the same feed.
async function findParent(
  text: string,
  config: CompiledConfig,
  basis: Basis,
  deps: GatewayDeps,
): Promise<Result<FoundKey, Refusal>> {
  const { readToken, lendTo } = await childToken()
  const claims = await readToken(text, config, deps)
  if (!claims.ok) return claims
  const parent = await findKeyByHash(claims.value.parentHash, basis, deps)
  return parent.ok ? ok(lendTo(parent.value, claims.value, deps)) : parent
}

/**
 * Finds a key again that was found before: for a stream that outlasts its decision.
 * @param imported the key itself, where it may be one that another system made; null where it is known to be none
 */
export async function findKeyByHash(
  hash: string,
  basis: Basis,
  deps: GatewayDeps,
  imported: PresentedKey | null = null,
): Promise<Result<FoundKey, Refusal>> {
  const find = () => heldSnapshot(hash, basis, deps)
  const held = find()
  if (held !== null) return known(held)
  const load = () => loadKey(hash, basis, deps, (copy, moment) => mayUseKey(copy, moment, deps), imported)
  const read = await readOnce(hash, find, load, deps)
  if (read.ok) return known(read.value)
  if (read.error.code !== 'verification_unavailable') return read
  const kept = deps.memory.keys.get(hash) ?? null
  const saved = await salvage(kept, (moment) => kept !== null && mayUseKey(kept, moment, deps), basis, deps)
  return saved === null ? read : known(saved)
}

function known(snapshot: KeySnapshot): Result<FoundKey, Refusal> {
  return isFound(snapshot) ? ok(snapshot) : err(refuse('key_unknown'))
}

function isFound(snapshot: KeySnapshot): snapshot is FoundKey {
  return snapshot.key !== null
}

function heldSnapshot(hash: string, basis: Basis, deps: GatewayDeps): KeySnapshot | null {
  const moment = momentOf(basis, deps)
  const held = deps.memory.keys.get(hash)
  if (held !== undefined && mayUseKey(held, moment, deps)) {
    renewBehind(held, moment, basis, deps)
    return held
  }
  const absent = deps.memory.absences.get(hash)
  const brief = { ...moment, maxAgeMs: ABSENCE_MAX_AGE_MS }
  return absent !== undefined && mayUseKey(absent, brief, deps) ? absent : null
}

function renewBehind(
  { hash, readAt }: KeySnapshot,
  { now, maxAgeMs }: Moment,
  basis: Basis,
  deps: GatewayDeps,
): void {
  if (now - readAt <= maxAgeMs * REFRESH_AT) return
  const isYoung = (copy: KeySnapshot, moment: Moment) =>
    mayUseKey(copy, { ...moment, maxAgeMs: maxAgeMs / 2 }, deps)
  refreshBehind(hash, deps, () => loadKey(hash, basis, deps, isYoung))
}

async function loadKey(
  hash: string,
  basis: Basis,
  deps: GatewayDeps,
  mayUse: (copy: KeySnapshot, moment: Moment) => boolean,
  imported: PresentedKey | null = null,
): Promise<Result<KeySnapshot, Refusal>> {
  const { kv, config } = deps
  const read = await readCopy(
    {
      what: 'key',
      mayUse,
      fromKv: () => getKeyCopy(kv, hash),
      fromD1: (stamp) => deps.readKey(hash, stamp),
      // An absence stays in memory: in KV it would outlive the creation of its key at every other place.
      toKv: async (copy) => (copy.key === null ? undefined : putKeyCopy(kv, copy, config.snapshotMaxAgeMs)),
    },
    basis,
    deps,
  )
  if (read.ok && read.value.key === null && imported !== null) {
    const { tryFirstUse } = await firstUse()
    const used = await tryFirstUse(imported, deps)
    if (!used.ok) return used
    if (used.value) return loadKey(hash, basis, deps, mayUse)
  }
  if (read.ok) remember(read.value, basis, deps)
  return read
}

function remember(snapshot: KeySnapshot, basis: Basis, deps: GatewayDeps): void {
  const { keys, absences } = deps.memory
  // A slow reader must not put an older copy over a newer one, unless that one is of no use any more.
  const held = keys.get(snapshot.hash) ?? absences.get(snapshot.hash)
  const isOutdated = held !== undefined && isOlder(snapshot, held)
  if (isOutdated && mayUseKey(held, momentOf(basis, deps), deps)) return
  if (snapshot.key === null) {
    keys.delete(snapshot.hash)
    absences.set(snapshot.hash, snapshot)
  } else {
    absences.delete(snapshot.hash)
    keys.set(snapshot.hash, snapshot)
  }
}
