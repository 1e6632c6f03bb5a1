// Whether those who log people in are there. Loaded with the check that asks: openid-client is large.
import type { ControlDeps } from './deps.ts'

/** @returns why one is not; null when all are */
export async function probeProvider(deps: ControlDeps): Promise<string | null> {
  const { oidc, access } = deps.config.login
  if (oidc !== null) {
    const { isProviderThere } = await import('./oidc.ts')
    if (!(await isProviderThere(deps, oidc)))
      return `OIDC_ISSUER (${oidc.issuer}) does not say how to log in there.`
  }
  if (access === null) return null
  const url = `https://${access.teamDomain}/cdn-cgi/access/certs`
  const { ok } = await deps.fetch(url, { redirect: 'manual' }).catch(() => ({ ok: false }))
  return ok ? null : `ACCESS_TEAM_DOMAIN (${access.teamDomain}) shows no keys.`
}
