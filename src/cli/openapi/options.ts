// The options of latchkey routes import, as the translation takes them.
import { CliError } from '../exit.ts'
import type { Terms } from './routes.ts'

export interface TermOptions {
  readonly upstream: string
  readonly base?: string
  readonly hosts?: readonly string[]
  readonly prefix?: string
  readonly scheme?: readonly string[]
  readonly mapScope?: readonly string[]
}

/** @throws CliError where one cannot be read */
export function readTerms({ upstream, base, hosts = [], prefix = '', scheme, mapScope }: TermOptions): Terms {
  return {
    upstream,
    base: base === undefined ? null : readBase(base),
    hosts,
    prefix,
    schemes: scheme === undefined ? null : new Set(scheme),
    scopeNames: new Map((mapScope ?? []).map(readPair)),
  }
}

function readBase(base: string): string {
  if (!base.startsWith('/')) throw new CliError('usage', '--base does not begin with /.')
  return base.replace(/\/+$/, '')
}

// A scope of another system may hold a = itself, one of the gateway never.
function readPair(text: string): readonly [theirs: string, ours: string] {
  const at = text.lastIndexOf('=')
  if (at < 1) throw new CliError('usage', '--map-scope is not theirs=ours.')
  return [text.slice(0, at), text.slice(at + 1)]
}
