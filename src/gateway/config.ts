// The configuration as a request uses it: routes compiled, secrets imported, once per snapshot.
import { usable } from '../feed/usable.ts'
import { importCheckSecret } from '../keys/check.ts'
import type { ConfigSnapshot } from '../model/snapshot.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { getConfigCopy, putConfigCopy } from '../store/edge.ts'
import { openSigner } from './assertion.ts'
import { errorName, readCopy, REFRESH_AT, refreshBehind } from './copies.ts'
import type { CompiledConfig } from './compiled-config.ts'
import type { GatewayDeps } from './deps.ts'
import { IMPLICIT_ROUTE, implicitUpstream } from './implicit-route.ts'
import { compileRoutes } from './route.ts'

const CONFIG = 'config'

/** The configuration, from memory while it is fresh, else from KV or D1. */
export async function findConfig(deps: GatewayDeps): Promise<Result<CompiledConfig, Refusal>> {
  const held = deps.memory.config
  const now = deps.now()
  const maxAgeMs = deps.config.snapshotMaxAgeMs
  if (held === null || !usable(held.snapshot, maxAgeMs, now)) return loadConfig(deps, maxAgeMs)
  if (now - held.snapshot.readAt > maxAgeMs * REFRESH_AT)
    refreshBehind(CONFIG, deps, () => loadConfig(deps, maxAgeMs / 2))
  return ok(held)
}

async function loadConfig(deps: GatewayDeps, maxAgeMs: number): Promise<Result<CompiledConfig, Refusal>> {
  const fromKv = () => getConfigCopy(deps.kv, deps.config.snapshotMaxAgeMs)
  const source = {
    what: CONFIG,
    maxAgeMs,
    fromKv,
    fromD1: deps.readConfig,
    toKv: (copy: ConfigSnapshot) => putConfigCopy(deps.kv, copy, deps.config.snapshotMaxAgeMs),
  }
  const read = await readCopy(source, deps)
  if (!read.ok) return read
  const compiled = await compileConfig(read.value, deps)
  if (compiled !== null) return keep(compiled, deps)
  // KV held something that does not compile, or was sealed under another LATCHKEY_SECRET: only D1 can mend it.
  const fresh = await readCopy({ ...source, fromKv: async () => null }, deps)
  if (!fresh.ok) return fresh
  const recompiled = await compileConfig(fresh.value, deps)
  if (recompiled !== null) return keep(recompiled, deps)
  return err(refuse('not_configured', { detail: 'The stored configuration cannot be read. See the log.' }))
}

function keep(compiled: CompiledConfig, deps: GatewayDeps): Result<CompiledConfig, Refusal> {
  // A slow reader must not put an older copy over a newer one.
  const held = deps.memory.config
  if (held !== null && held.snapshot.readAt > compiled.snapshot.readAt) return ok(held)
  deps.memory.config = compiled
  return ok(compiled)
}

async function compileConfig(snapshot: ConfigSnapshot, deps: GatewayDeps): Promise<CompiledConfig | null> {
  try {
    const { settings } = snapshot
    const { originUrl } = deps.config
    const implicitUrl = snapshot.routes.length === 0 ? originUrl : null
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
