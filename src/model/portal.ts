// How the portal presents itself, as it stands in the settings. The edge needs none of it.

export interface StoredPortal {
  /** What customers know this API by. Null: `DEFAULT_PORTAL_NAME`. */
  readonly name: string | null
  /** A data: URL (RFC 2397) that `brokenLogo` in policy/logo.ts has found nothing wrong with. */
  readonly logo: string | null
  /** `#rrggbb`. */
  readonly accent: string | null
  /** Share of requests that should succeed, 0.5 to 1. */
  readonly success_target: number
}

export const DEFAULT_PORTAL_NAME = 'Latchkey'

/** Of a deployment that has said nothing. */
export const DEFAULT_PORTAL: StoredPortal = { name: null, logo: null, accent: null, success_target: 0.999 }

export function isStoredPortal(value: unknown): value is StoredPortal {
  if (typeof value !== 'object' || value === null) return false
  const fields = new Map<string, unknown>(Object.entries(value))
  const isShown = ['name', 'logo', 'accent'].every((name) => isTextOrNull(fields.get(name)))
  return isShown && typeof fields.get('success_target') === 'number'
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string'
}
