// Which requests are the control plane's: worker.ts hands them over, and no route ever sees them.
import type { Config } from '../config.ts'
import { readTarget, type Target } from './path.ts'

// What the holder of a key may ask of its own key: consumers know the hosts that they call, and no other.
const SELF_SERVICE: ReadonlySet<string> = new Set([
  '/_latchkey/self',
  '/_latchkey/self/rotate',
  '/_latchkey/token',
])

/** Judged by the canonical path, as routes are: `/%5Flatchkey/` is the control plane too. */
export function isControl(target: Target, { controlHost }: Pick<Config, 'controlHost'>): boolean {
  if (target.path !== '/_latchkey' && !target.path.startsWith('/_latchkey/')) return false
  if (SELF_SERVICE.has(target.path)) return true
  return controlHost === null || target.origin.slice(target.origin.indexOf('//') + 2) === controlHost
}

/** The same of a URL as it would be sent. One that has no canonical path is nobody's. */
export function isControlUrl(url: string, config: Pick<Config, 'controlHost'>): boolean {
  const target = readTarget(url, null)
  return target.ok && isControl(target.value, config)
}
