// Reads what a document is held against, and judges in it what only the outside can tell.
import type { Refusal } from '../../problem.ts'
import { refuse } from '../../problem.ts'
import { err, ok, type Result } from '../../result.ts'
import type { Called } from '../../store/declared.ts'
import * as store from '../../store/declared.ts'
import { hasMembers } from '../../store/members.ts'
import { isPlanUsed } from '../../store/plan-use.ts'
import { readSettings } from '../../store/settings.ts'
import type { ControlDeps, Principal } from '../deps.ts'
import type { DeclaredConfig } from '../schemas/declared.ts'
import { judgeUrl } from '../upstream-target.ts'
import type { StoredConfig } from './plan.ts'
import { noteRefusal, type Planning } from './planning.ts'

/** What one document can hold together: read, compared and written within one request. */
const MAX_ORGANIZATIONS = 1_000
/** One more tells that there are too many: nothing is decided on them then. */
export const ORGANIZATIONS_READ = MAX_ORGANIZATIONS + 1
const MAX_PARTS = 5_000
const MAX_KEYS = 5_000

/** What the document speaks of. @param called null: no tenant */
export async function loadStored(
  deps: ControlDeps,
  { reach }: Principal,
  called: Called | null,
  speaksOfKeys: (project: { readonly name: string; readonly externalId: string | null }) => boolean,
): Promise<Result<StoredConfig, Refusal>> {
  const { databases, config, random, now } = deps
  const { values: settings } = await readSettings(databases, { secret: config.secret, random, now: now() })
  const routing = await store.readRouting(databases)
  if (called === null) return ok({ settings, ...routing, ...NO_TENANTS })
  const organizations = await store.readOrganizations(databases, reach, called, ORGANIZATIONS_READ)
  if (organizations.length > MAX_ORGANIZATIONS) return tooMany('organizations', MAX_ORGANIZATIONS)
  const ids = organizations.map(({ id }) => id)
  const { teams, projects } = await store.readParts(databases, reach, ids, MAX_PARTS + 1)
  if (Math.max(teams.length, projects.length) > MAX_PARTS) return tooMany('teams or projects', MAX_PARTS)
  const spoken = projects.filter(speaksOfKeys).map(({ id }) => id)
  const keys = await store.readKeys(databases, reach, spoken, now(), MAX_KEYS + 1)
  if (keys.length > MAX_KEYS) return tooMany('keys', MAX_KEYS)
  return ok({ settings, ...routing, organizations, teams, projects, keys })
}

/** A document that names more than can be looked at, and so more than can be made. */
export function tooLarge({ organizations = [] }: DeclaredConfig): Refusal | null {
  const projects = organizations.flatMap((organization) => organization.projects ?? [])
  const teams = organizations.flatMap((organization) => organization.teams ?? [])
  const keys = projects.reduce((sum, project) => sum + (project.keys?.length ?? 0), 0)
  if (Math.max(teams.length, projects.length) > MAX_PARTS) return refuseMany('teams or projects', MAX_PARTS)
  return keys > MAX_KEYS ? refuseMany('keys', MAX_KEYS) : null
}

const NO_TENANTS = { organizations: [], teams: [], projects: [], keys: [] } as const

function tooMany(what: string, most: number): Result<never, Refusal> {
  return err(refuseMany(what, most))
}

function refuseMany(what: string, most: number): Refusal {
  const detail = `It would speak of more than ${most} ${what}: say which organization, or leave a part out.`
  return refuse('value_refused', { detail })
}

/** The organizations that a document names; null where it names none. */
export function calledBy({ organizations }: DeclaredConfig, rest: Planning['rest']): Called | null {
  if (organizations === undefined) return null
  if (rest === 'ended') return 'all'
  return {
    names: organizations.map(({ name }) => name),
    externalIds: organizations.flatMap(({ external_id: id }) => id ?? []),
  }
}

/** Whether the document may speak of a project's keys. */
export function keysSpokenOf({ organizations = [] }: DeclaredConfig) {
  const speaking = organizations.flatMap(({ projects = [] }) =>
    projects.filter(({ keys }) => keys !== undefined),
  )
  const names = new Set(speaking.map(({ name }) => name))
  const externalIds = new Set(speaking.flatMap(({ external_id: id }) => id ?? []))
  return ({ name, externalId }: { readonly name: string; readonly externalId: string | null }) =>
    names.has(name) || (externalId !== null && externalIds.has(externalId))
}

/** The document with the URLs of its upstreams in their normal form. */
export async function judgeUrls(
  deps: ControlDeps,
  document: DeclaredConfig,
  calledUrl: string,
): Promise<Result<DeclaredConfig, Refusal>> {
  const { upstreams } = document
  if (upstreams === undefined) return ok(document)
  const judged: typeof upstreams = []
  for (const [index, upstream] of upstreams.entries()) {
    const url = upstream.url === undefined ? ok(undefined) : await judgeUrl(upstream.url, calledUrl, deps)
    if (!url.ok) return err(at(`/config/upstreams/${index}`, url.error))
    judged.push({ ...upstream, url: url.value })
  }
  return ok({ ...document, upstreams: judged })
}

function at(pointer: string, refusal: Refusal): Refusal {
  const detail = refusal.detail ?? ''
  return refuse(refusal.code, { ...refusal, evidence: { errors: [{ pointer: `${pointer}/url`, detail }] } })
}

/** Who still needs what is to end: what the document does not speak of may. */
export async function judgeEndings({ databases }: ControlDeps, planning: Planning): Promise<void> {
  for (const { resource, done, account, label } of planning.planned) {
    if (done !== 'deleted') continue
    const { id } = account.target
    if (resource === 'plan' && (await isPlanUsed(databases, id)))
      noteRefusal(planning, '/config/plans', refuseEnding(`The plan ${label} is in use`))
    if (resource === 'team' && (await hasMembers(databases, { id, organizationId: account.chain })))
      noteRefusal(planning, '/config/organizations', refuseEnding(`The team ${label} has leads`))
  }
}

/**
 * External ids of new keys that another key of the organization has: one of a project that the document does not speak of, or one that was
 * revoked and can still be restored.
 */
export async function judgeExternalIds({ databases }: ControlDeps, planning: Planning): Promise<void> {
  const freed = new Set(
    planning.planned.flatMap(({ resource, fields, account: { chain } }) =>
      resource === 'key'
        ? fields
            .filter(({ name }) => name === 'external_id')
            .map(({ from }) => store.takenId(chain, String(from)))
        : [],
    ),
  )
  const wanting = planning.planned.flatMap(({ mint, label, account: { chain } }) => {
    const id = mint?.row.externalId
    return id ? [{ chain, id, label }] : []
  })
  const chains = [...new Set(wanting.map(({ chain }) => chain))]
  const taken = await store.readTakenIds(
    databases,
    chains,
    wanting.map(({ id }) => id),
  )
  for (const { chain, id, label } of wanting) {
    const claim = store.takenId(chain, id)
    if (!taken.has(claim) || freed.has(claim)) continue
    const detail = `Another key of the organization has the external id of ${label}: one of another project, or one that was revoked. Delete that, or declare another id.`
    noteRefusal(planning, '/config/organizations', refuse('conflict', { detail }))
  }
}

function refuseEnding(why: string): Refusal {
  const detail = `${why}, and would end. Apply without ending anything first, or let its users go.`
  return refuse('conflict', { detail })
}
