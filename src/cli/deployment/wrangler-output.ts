// Reads what wrangler says to machines. Pure.

/** Sizes in bytes. */
export interface BundleSize {
  readonly raw: number
  readonly gzip: number
}

/** Names from `wrangler secret list`; null when the text is something else. */
export function readSecretNames(stdout: string): readonly string[] | null {
  const list = parseJson(stdout)
  if (!Array.isArray(list)) return null
  const names = list.map((item: unknown) => field(item, 'name'))
  return names.every((name) => typeof name === 'string') ? names : null
}

/**
 * The address of the deployed Worker, as an origin.
 * A route pattern (`example.com/*`) may serve only a part of its host, so a whole host is preferred.
 */
export function readDeployedUrl(records: readonly unknown[]): string | null {
  const targets = field(findDeploy(records), 'targets')
  if (!Array.isArray(targets)) return null
  // "host (custom domain)", "https://name.account.workers.dev", "schedule: * * * * *"
  const host = targets
    .filter((target): target is string => typeof target === 'string')
    .map((target) => target.split(' ')[0] ?? '')
    .find((target) => /^(?:https:\/\/)?[\w-]+(?:\.[\w-]+)+$/.test(target))
  return host === undefined ? null : host.replace(/^(?!https:)/, 'https://')
}

export function readBundleSize(records: readonly unknown[]): BundleSize | null {
  const size = field(findDeploy(records), 'bundle_size')
  const raw = field(size, 'raw_bytes')
  const gzip = field(size, 'gzip_bytes')
  return typeof raw === 'number' && typeof gzip === 'number' ? { raw, gzip } : null
}

/** One JSON value a line; a broken line is left out. */
export function parseRecords(text: string): readonly unknown[] {
  return text
    .split('\n')
    .map(parseJson)
    .filter((record) => record !== null)
}

function findDeploy(records: readonly unknown[]): unknown {
  return records.find((record) => field(record, 'type') === 'deploy')
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
