// The systems that are asked about unknown keys (src/adoption/learn.ts), judged before they are stored.
import { sealAuthorization } from '../keys/shadow-authorization.ts'
import type { ShadowVerifier } from '../model/shadow.ts'
import type { Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { findProject } from '../store/projects.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { refuseValue } from './refused.ts'
import type { AskedVerifier } from './schemas/settings.ts'
import { judgeUrl } from './upstream-target.ts'

/** Long enough for any migration, and an end all the same. */
const MAX_DAYS = 366
const DAY_MS = 86_400_000

/**
 * @param stored those of before: what they want to see of whoever asks stays with their URL
 * @param calledUrl by which this gateway was called
 */
export async function shadowVerifiers(
  deps: ControlDeps,
  principal: Principal,
  asked: readonly AskedVerifier[],
  stored: readonly ShadowVerifier[],
  calledUrl: string,
): Promise<Result<readonly ShadowVerifier[], Refusal>> {
  const verifiers: ShadowVerifier[] = []
  for (const [index, one] of asked.entries()) {
    const place = `/shadow_verifiers/${index}`
    const refused = refusedOf(deps, one, place)
    if (refused !== null) return err(refused)
    const url = await judgeUrl(one.url, calledUrl, deps, `${place}/url`)
    if (!url.ok) return url
    const project = await findProject(deps.databases, principal.reach, one.project_id)
    if (project === null) return err(refuseValue(`${place}/project_id`, 'There is no project with this id.'))
    const { prefix, protocol, scopes, until: untilMs } = one
    verifiers.push({
      prefix,
      url: url.value,
      protocol,
      sealedAuthorization: await sealedFor(deps, one, url.value, stored),
      organizationId: project.organizationId,
      projectId: project.id,
      scopes,
      untilMs,
    })
  }
  return ok(verifiers)
}

function refusedOf(
  { now }: ControlDeps,
  { until, protocol, authorization }: AskedVerifier,
  place: string,
): Refusal | null {
  if (until <= now()) return refuseValue(`${place}/until`, 'It is over: leave the verifier out.')
  if (until > now() + MAX_DAYS * DAY_MS)
    return refuseValue(`${place}/until`, `It is more than ${MAX_DAYS} days from now.`)
  if (protocol === 'bearer' && typeof authorization === 'string')
    return refuseValue(`${place}/authorization`, 'With `bearer` the key itself stands in `Authorization`.')
  return null
}

async function sealedFor(
  { config, random }: ControlDeps,
  { authorization, protocol, prefix }: AskedVerifier,
  url: string,
  stored: readonly ShadowVerifier[],
): Promise<string | null> {
  if (authorization === null || protocol === 'bearer') return null
  if (authorization === undefined) {
    const atUrl = stored.filter((one) => one.url === url)
    // One URL may serve several tenants of the old system, told apart by who asks.
    const same = atUrl.find((one) => one.prefix === prefix) ?? atUrl[0]
    return same?.sealedAuthorization ?? null
  }
  return sealAuthorization(authorization, url, config.secret, random)
}
