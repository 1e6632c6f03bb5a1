// The settings of the deployment. A fresh database has none: the first reader makes them, so that a deploy needs no
// seeding step. Many isolates may be first at once; one wins, and all use what it wrote.
import { and, eq, sql, type SQL } from 'drizzle-orm'
import { encodeBase64url } from '../keys/base64url.ts'
import { randomBase62 } from '../keys/mint.ts'
import { makeSigningKey } from '../keys/new-signing-key.ts'
import { openSigningKey } from '../keys/signing-key.ts'
import { settings } from '../model/schema/routing.ts'
import {
  isComplete,
  parseSettings,
  settingsFacts,
  type FoundSettings,
  type StoredSettings,
} from '../model/settings.ts'
import { DEFAULT_PORTAL, type StoredPortal } from '../model/portal.ts'
import type { ShadowVerifier } from '../model/shadow.ts'
import type { SettingsFacts, SigningKeyFacts } from '../model/snapshot.ts'
import { open, type Database, type Databases } from './database.ts'
import type { Statement } from './statement.ts'

const CHECK_SECRET_BYTES = 32
const EXPIRY_WARNING_DAYS = 7

type SettingRow = typeof settings.$inferSelect

export interface SettingsMeans {
  /** The deploy secret. */
  readonly secret: string
  readonly random: (length: number) => Uint8Array
  /** Epoch milliseconds. */
  readonly now: number
}

/**
 * The settings in force, made where they are absent.
 * @param rows what the caller just read of the table
 */
export async function ensureSettings(
  db: Database,
  rows: readonly SettingRow[],
  means: SettingsMeans,
): Promise<SettingsFacts> {
  return settingsFacts(stored(await ensureRows(db, rows, means)))
}

/** The settings, and the version that each of them has. */
export interface VersionedSettings {
  readonly values: StoredSettings
  readonly versions: ReadonlyMap<string, number>
}

/** The settings in force, for who changes them. */
export async function readSettings(databases: Databases, means: SettingsMeans): Promise<VersionedSettings> {
  const db = open(databases.primary)
  const rows = await ensureRows(db, await db.select().from(settings), means)
  return { values: stored(rows), versions: new Map(rows.map(({ name, version }) => [name, version])) }
}

/** Whom keys that nobody knows are put to, as it stands now; none where the database holds no settings yet. */
export async function readShadowVerifiers({ primary }: Databases): Promise<readonly ShadowVerifier[]> {
  const rows = await open(primary).select().from(settings).where(eq(settings.name, 'shadow_verifiers'))
  return parseSettings(rows).shadow_verifiers ?? []
}

/** How the portal presents itself, as it stands now. It makes no settings: nobody has to be known to ask for it. */
export async function readPortal({ primary }: Databases): Promise<StoredPortal> {
  const rows = await open(primary).select().from(settings).where(eq(settings.name, 'portal'))
  return parseSettings(rows).portal ?? DEFAULT_PORTAL
}

/** @param now epoch milliseconds */
export function updateSettings(
  db: Database,
  set: Partial<StoredSettings>,
  now: number,
): readonly Statement[] {
  return Object.entries(set).map(([name, value]: [string, unknown]) =>
    db
      .update(settings)
      .set({ value, version: sql`${settings.version} + 1`, updatedAt: now })
      .where(eq(settings.name, name)),
  )
}

/** Holds while no setting has changed since it was read. */
export function settingsStand({ versions }: VersionedSettings): SQL {
  const sum = [...versions.values()].reduce((a, b) => a + b, 0)
  // Versions only grow, so their sum tells a change of any of them.
  return sql`(SELECT sum(${settings.version}) FROM ${settings}) = ${sum}`
}

async function ensureRows(
  db: Database,
  rows: readonly SettingRow[],
  means: SettingsMeans,
): Promise<readonly SettingRow[]> {
  const found = parseSettings(rows)
  return ensureSigningKey(db, isComplete(found) ? rows : await insertAbsent(db, found, means), means)
}

async function insertAbsent(
  db: Database,
  found: FoundSettings,
  means: SettingsMeans,
): Promise<readonly SettingRow[]> {
  const times = { createdAt: means.now, updatedAt: means.now }
  const filled: Readonly<Record<string, unknown>> = { ...(await fill(found, means)) }
  const made = Object.entries(filled).map(([name, value]) => ({ name, value, ...times }))
  // Whoever came first stays; the read in the same batch tells everyone what that was.
  const [, rows] = await db.batch([
    db.insert(settings).values(made).onConflictDoNothing(),
    db.select().from(settings),
  ])
  return rows
}

async function fill(found: FoundSettings, { secret, random }: SettingsMeans): Promise<StoredSettings> {
  return {
    gateway_id: found.gateway_id ?? `lk-${randomBase62(10, random)}`,
    check_secrets: found.check_secrets ?? [encodeBase64url(random(CHECK_SECRET_BYTES))],
    signing_keys: found.signing_keys ?? [await makeSigningKey(secret, random)],
    legacy_formats: found.legacy_formats ?? [],
    expiry_warning_days: found.expiry_warning_days ?? EXPIRY_WARNING_DAYS,
    rate_limit_fields: found.rate_limit_fields ?? 'standard',
    shadow_verifiers: found.shadow_verifiers ?? [],
    portal: found.portal ?? DEFAULT_PORTAL,
  }
}

/**
 * Puts first a signing key that the current secret opens. A replaced LATCHKEY_SECRET leaves none, so one is made. The
 * public halves of the others stay: assertions signed with them are still being verified.
 */
async function ensureSigningKey(
  db: Database,
  rows: readonly SettingRow[],
  means: SettingsMeans,
): Promise<readonly SettingRow[]> {
  const keys = stored(rows).signing_keys
  const usable = await findUsable(keys, means.secret)
  if (usable !== null && usable === keys[0]) return rows
  const first = usable ?? (await makeSigningKey(means.secret, means.random))
  const value = [first, ...keys.filter((key) => key !== first)]
  const version = rows.find((row) => row.name === 'signing_keys')?.version ?? 0
  const [, after] = await db.batch([
    db
      .update(settings)
      .set({ value, version: sql`${settings.version} + 1`, updatedAt: means.now })
      // The version makes one of several isolates the winner; the others take over what it wrote.
      .where(and(eq(settings.name, 'signing_keys'), eq(settings.version, version))),
    db.select().from(settings),
  ])
  return after
}

// While a new secret rolls out, isolates of both secrets read this row. Looking past the first key lets each find its
// own again, so that they reorder the list at worst and never grow it.
async function findUsable(keys: readonly SigningKeyFacts[], secret: string): Promise<SigningKeyFacts | null> {
  for (const key of keys) if ((await openSigningKey(key, secret)) !== null) return key
  return null
}

function stored(rows: readonly SettingRow[]): StoredSettings {
  const found = parseSettings(rows)
  if (!isComplete(found)) throw new Error('settings are incomplete after they were inserted')
  return found
}
