// Steps 3 and 4 for a child token: it is opened here, and stands for the key that lent it, with less. Loaded by the first one that
// comes.
import { digestKey } from '../keys/digest.ts'
import { deriveTokenKeys, openToken, type TokenClaims, type TokenKeys } from '../keys/token.ts'
import type { KeyFacts, TokenFacts } from '../model/snapshot.ts'
import { refusesKey } from '../policy/access.ts'
import { commonScopes } from '../policy/common-scopes.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { CompiledConfig } from './compiled-config.ts'
import type { GatewayDeps } from './deps.ts'
import type { FoundKey } from './lookup.ts'
import { LruMap } from './lru-map.ts'
import type { EdgeMemory } from './memory.ts'

const MAX_OPENED = 5_000
/** Of all keys together: minting is free, so a bound for each key would be none for the isolate. */
const MAX_LENT = 1_000

interface Opened {
  /** Of the secret, and of the one before it, or to come: isolates are told of a new one one after the other. */
  keys: readonly TokenKeys[] | null
  /** By the token's SHA-256: its text ends with the request, as a key's does. */
  readonly claims: LruMap<string, TokenClaims>
  /** By the token's id. Assertions and headers are made of it and hang on it, kilobytes of them. */
  readonly lent: LruMap<string, Lent>
}

interface Lent {
  /** The copy that it was made of: a new one means new facts. */
  readonly parent: FoundKey
  readonly made: FoundKey
}

const memories = new WeakMap<EdgeMemory, Opened>()

/** What a token says; refused where this deployment did not say it, or its time is over. Nothing is looked up. */
export async function readToken(
  text: string,
  config: CompiledConfig,
  deps: GatewayDeps,
): Promise<Result<TokenClaims, Refusal>> {
  const claims = await readClaims(text, config, deps)
  if (claims === null) return err(refuse('key_malformed'))
  const expired = refusesKey({ state: 'active', expiresAtMs: claims.expiresAtMs }, deps.now())
  return expired === null ? ok(claims) : err(expired)
}

/** What a token says, or said until its time was over; null where this deployment did not say it. */
export async function readClaims(
  text: string,
  { snapshot }: CompiledConfig,
  deps: GatewayDeps,
): Promise<TokenClaims | null> {
  const opened = openedBy(deps)
  const digest = await digestKey(text)
  const claims = opened.claims.get(digest) ?? (await open(text, snapshot.settings.gatewayId, opened, deps))
  if (claims !== null) opened.claims.set(digest, claims)
  return claims
}

/** The facts of a key as they are for whoever holds the token. */
export function lendTo(
  parent: FoundKey,
  { id, expiresAtMs, scopes }: TokenFacts,
  deps: GatewayDeps,
): FoundKey {
  const { lent } = openedBy(deps)
  const held = lent.get(id)
  if (held?.parent === parent) return held.made
  const made = { ...parent, key: attenuate(parent.key, { id, expiresAtMs, scopes }) }
  lent.set(id, { parent, made })
  // May it still be used? That is asked of the copy, which is as good as what it was made of.
  if (deps.memory.readHere.has(parent)) deps.memory.readHere.add(made)
  return made
}

function attenuate(key: KeyFacts, token: TokenFacts): KeyFacts {
  return {
    ...key,
    scopes: token.scopes === null ? key.scopes : commonScopes(key.scopes, token.scopes),
    expiresAtMs: Math.min(key.expiresAtMs ?? Infinity, token.expiresAtMs),
    token,
  }
}

function openedBy({ memory }: GatewayDeps): Opened {
  const held = memories.get(memory) ?? {
    keys: null,
    claims: new LruMap(MAX_OPENED),
    lent: new LruMap(MAX_LENT),
  }
  memories.set(memory, held)
  return held
}

async function open(
  text: string,
  deployment: string,
  opened: Opened,
  { config }: GatewayDeps,
): Promise<TokenClaims | null> {
  const { secret, previousSecret } = config
  const secrets = previousSecret === null ? [secret] : [secret, previousSecret]
  opened.keys ??= await Promise.all(secrets.map(deriveTokenKeys))
  const claims = await Promise.all(opened.keys.map((keys) => openToken(keys, deployment, text)))
  return claims.find((found) => found !== null) ?? null
}
