// The configuration as a request uses it: routes compiled, secrets imported, once per snapshot.
import { isOlder, type Moment } from '../feed/usable.ts'
import { importCheckSecret } from '../keys/check.ts'
import type { ConfigSnapshot } from '../model/snapshot.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { getConfigCopy, putConfigCopy } from '../store/edge.ts'
import { openSigner } from './assertion.ts'
import { mayUseConfig, momentOf, salvage, type Basis } from './basis.ts'
import { readCopy, REFRESH_AT, refreshBehind } from './copies.ts'
import type { CompiledConfig } from './compiled-config.ts'
import type { GatewayDeps } from './deps.ts'
import { readOnce } from './read-once.ts'
import { errorName } from '../error-name.ts'
import { IMPLICIT_ROUTE, implicitUpstream } from './implicit-route.ts'
import { compileRoutes } from './route.ts'

const CONFIG = 'config'

/** The configuration, from memory while it may be used, else from KV or D1. */
export async function findConfig(basis: Basis, deps: GatewayDeps): Promise<Result<CompiledConfig, Refusal>> {
  const held = heldConfig(basis, deps)
  if (held !== null) return ok(held)
  const load = () => loadConfig(basis, deps, (copy, at) => mayUseConfig(copy, at, deps))
  const read = await readOnce(CONFIG, () => heldConfig(basis, deps), load, deps)
  if (read.ok || read.error.code !== 'verification_unavailable') return read
  const kept = deps.memory.config
  const saved = await salvage(
    kept,
    (at) => kept !== null && mayUseConfig(kept.snapshot, at, deps),
    basis,
    deps,
  )
  return saved === null ? read : ok(saved)
}

function heldConfig(basis: Basis, deps: GatewayDeps): CompiledConfig | null {
  const held = deps.memory.config
  const moment = momentOf(basis, deps)
  if (held === null || !mayUseConfig(held.snapshot, moment, deps)) return null
  renewBehind(held, moment, basis, deps)
  return held
}

function renewBehind(
  { snapshot }: CompiledConfig,
  { now, maxAgeMs }: Moment,
  basis: Basis,
  deps: GatewayDeps,
): void {
  if (now - snapshot.readAt <= maxAgeMs * REFRESH_AT) return
  const isYoung = (copy: ConfigSnapshot, moment: Moment) =>
    mayUseConfig(copy, { ...moment, maxAgeMs: maxAgeMs / 2 }, deps)
  refreshBehind(CONFIG, deps, () => loadConfig(basis, deps, isYoung))
}

async function loadConfig(
  basis: Basis,
  deps: GatewayDeps,
  mayUse: (copy: ConfigSnapshot, moment: Moment) => boolean,
): Promise<Result<CompiledConfig, Refusal>> {
  const { kv, config } = deps
  const source = {
    what: CONFIG,
    mayUse,
    fromKv: () => getConfigCopy(kv),
    fromD1: deps.readConfig,
    toKv: (copy: ConfigSnapshot) => putConfigCopy(kv, copy, config.snapshotMaxAgeMs),
  }
  const read = await readCopy(source, basis, deps)
  if (!read.ok) return read
  const compiled = await compile(read.value, deps)
  if (compiled !== null) return keep(compiled, basis, deps)
  // KV held something that does not compile, or was sealed under another LATCHKEY_SECRET: only D1 can mend it.
  const fresh = await readCopy({ ...source, fromKv: async () => null }, basis, deps)
  if (!fresh.ok) return fresh
  const recompiled = await compile(fresh.value, deps)
  if (recompiled !== null) return keep(recompiled, basis, deps)
  return err(refuse('not_configured', { detail: 'The stored configuration cannot be read. See the log.' }))
}

function keep(compiled: CompiledConfig, basis: Basis, deps: GatewayDeps): Result<CompiledConfig, Refusal> {
  // A slow reader must not put an older copy over a newer one, unless that one is of no use any more.
  const held = deps.memory.config
  const isOutdated = held !== null && isOlder(compiled.snapshot, held.snapshot)
  if (isOutdated && mayUseConfig(held.snapshot, momentOf(basis, deps), deps)) return ok(held)
  deps.memory.config = compiled
  return ok(compiled)
}

// Without the feed, D1 is read every second: what says the same is not compiled again.
async function compile(snapshot: ConfigSnapshot, deps: GatewayDeps): Promise<CompiledConfig | null> {
  const held = deps.memory.config
  return held !== null && saysTheSame(snapshot, held.snapshot)
    ? { ...held, snapshot }
    : compileConfig(snapshot, deps)
}

function saysTheSame(one: ConfigSnapshot, other: ConfigSnapshot): boolean {
  const { epoch, asOf, readAt } = other
  return JSON.stringify({ ...one, epoch, asOf, readAt }) === JSON.stringify(other)
}

async function compileConfig(snapshot: ConfigSnapshot, deps: GatewayDeps): Promise<CompiledConfig | null> {
  try {
    const { settings } = snapshot
    const { originUrl } = deps.config
    const implicitUrl = snapshot.wasRouted ? null : originUrl
    return {
      snapshot,
      routes: compileRoutes(implicitUrl === null ? snapshot.routes : [IMPLICIT_ROUTE]),
      upstreams: byId(implicitUrl === null ? snapshot.upstreams : [implicitUpstream(implicitUrl)]),
      plans: byId(snapshot.plans),
      checkSecrets: await Promise.all(settings.checkSecrets.map(importCheckSecret)),
      signer: await openSigner(settings.signingKeys, deps.config.secret),
    }
  } catch (error) {
    deps.log({ event: 'config_unreadable', error: errorName(error) })
    return null
  }
}

function byId<T extends { readonly id: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.id, item]))
}
