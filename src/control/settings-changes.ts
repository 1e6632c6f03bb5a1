// What may become of the settings of the deployment. Each named value is a row of its own with its own version.
import type { z } from '@hono/zod-openapi'
import { encodeBase64url } from '../keys/base64url.ts'
import { makeSigningKey } from '../keys/new-signing-key.ts'
import type { StoredSettings } from '../model/settings.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { PLATFORM_CHAIN } from '../store/audit-chain.ts'
import type { Draft } from '../store/commit.ts'
import { readSettings, settingsStand, updateSettings } from '../store/settings.ts'
import { change, type Changed } from './change.ts'
import { changeOfSettings } from './config-change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { afterPatch, accountOf } from './settings-account.ts'
import { shadowVerifiers } from './shadow-verifiers.ts'
import { viewSettings, type SecretRotation, type Settings, type SettingsPatch } from './schemas/settings.ts'

const CHECK_SECRET_BYTES = 32
/** All are kept: keys were made with each. Every one is tried on a key that those before it do not know. */
const MAX_CHECK_SECRETS = 16
/** An assertion lives for two minutes: of those before, only the public half is of use, and not for long. */
const MAX_SIGNING_KEYS = 5

type SettingsView = z.infer<typeof Settings>
type ChangedSettings = Promise<Result<Changed<SettingsView>, Refusal>>
type Decide = (stored: StoredSettings) => Promise<Result<Partial<StoredSettings>, Refusal>>

export async function findSettings({ databases, config, random, now }: ControlDeps): Promise<SettingsView> {
  const { values } = await readSettings(databases, { secret: config.secret, random, now: now() })
  return viewSettings(values)
}

/** @param calledUrl by which this gateway was called: a verifier there would be a loop */
export function changeSettings(
  deps: ControlDeps,
  principal: Principal,
  { shadow_verifiers: asked, ...patch }: z.infer<typeof SettingsPatch>,
  calledUrl: string,
): ChangedSettings {
  return changeWith(deps, principal, 'settings.updated', async (stored) => {
    const set = afterPatch(stored, patch)
    if (asked === undefined) return ok(set)
    const verifiers = await shadowVerifiers(deps, principal, asked, stored.shadow_verifiers, calledUrl)
    return verifiers.ok ? ok({ ...set, shadow_verifiers: verifiers.value }) : verifiers
  })
}

/**
 * The new secret comes first, and whatever was made with an older one goes on. The caller names the one that it replaces, so
 * that a request which is repeated rotates once.
 */
export function rotateSecret(
  deps: ControlDeps,
  principal: Principal,
  { secret, replaces }: z.infer<typeof SecretRotation>,
): ChangedSettings {
  return changeWith(deps, principal, 'settings.secret_rotated', async (stored) => {
    const view = await viewSettings(stored)
    const first = secret === 'check' ? view.check_secrets[0]?.fingerprint : view.signing_keys[0]?.kid
    if (first !== replaces)
      return err(refuse('conflict', { detail: `The first one is ${first}: it has been rotated already.` }))
    return secret === 'check' ? rotateCheckSecret(deps, stored) : rotateSigningKey(deps, stored)
  })
}

function rotateCheckSecret(
  { random }: ControlDeps,
  { check_secrets: held }: StoredSettings,
): Result<Partial<StoredSettings>, Refusal> {
  if (held.length >= MAX_CHECK_SECRETS)
    return err(refuse('conflict', { detail: `${held.length} are in use, and keys were made with each.` }))
  return ok({ check_secrets: [encodeBase64url(random(CHECK_SECRET_BYTES)), ...held] })
}

async function rotateSigningKey(
  { config, random }: ControlDeps,
  { signing_keys: held }: StoredSettings,
): Promise<Result<Partial<StoredSettings>, Refusal>> {
  const made = await makeSigningKey(config.secret, random)
  return ok({ signing_keys: [made, ...held].slice(0, MAX_SIGNING_KEYS) })
}

function changeWith(
  deps: ControlDeps,
  principal: Principal,
  action: string,
  decide: Decide,
): ChangedSettings {
  const at = deps.now()
  const draft = () => draftSettings(deps, action, at, decide)
  return change(deps, principal, { chain: PLATFORM_CHAIN, draft, unique: [], show: (view) => view })
}

async function draftSettings(
  { databases, config, random }: ControlDeps,
  action: string,
  at: number,
  decide: Decide,
): Promise<Result<Draft<SettingsView>, Refusal>> {
  const read = await readSettings(databases, { secret: config.secret, random, now: at })
  const decided = await decide(read.values)
  if (!decided.ok) return decided
  const set = decided.value
  const view = await viewSettings({ ...read.values, ...set })
  const changes = accountOf(await viewSettings(read.values), view)
  const publish = changeOfSettings(set)
  if (Object.keys(changes).length === 0)
    return ok({ result: view, statements: () => [], account: null, publish })
  return ok({
    result: view,
    statements: (db) => updateSettings(db, set, at),
    account: { action, target: { type: 'settings', id: 'settings' }, teamId: null, changes },
    // Readers mend the signing keys too (src/store/settings.ts), outside of the audit chain.
    condition: settingsStand(read),
    publish,
  })
}
