// Which origin a start uses, decided before anything runs. Pure.
import type { LocalFile } from './local-file.ts'
import { DEFAULT_ORIGIN_PORT, type StartOptions } from './options.ts'
import { loopbackUrl, type WantedPort } from './ports.ts'

export type OriginPlan =
  | { readonly kind: 'demo'; readonly port: number; readonly portIs: 'asked' | 'remembered' | 'default' }
  | { readonly kind: 'given'; readonly url: string }
  | { readonly kind: 'none' }

const LOOPBACK_ORIGIN = /^http:\/\/127\.0\.0\.1:(\d+)$/

/**
 * A port that was asked for wins; else the one the demo's route leads to already, or every later start would have
 * to repeat it.
 * @param known what the last start wrote
 */
export function planOrigin(options: StartOptions, known: LocalFile | null): OriginPlan {
  if (options.origin !== null) return { kind: 'given', url: options.origin }
  if (options.demo === 'bare') return { kind: 'none' }
  if (options.originPort) return { kind: 'demo', port: options.originPort, portIs: 'asked' }
  const remembered = portOf(known?.origin_url)
  if (remembered !== null) return { kind: 'demo', port: remembered, portIs: 'remembered' }
  return { kind: 'demo', port: options.originPort ?? DEFAULT_ORIGIN_PORT, portIs: 'default' }
}

/** The gateway's port and then, with a demo origin, that one's. */
export function wantedPorts(port: number, origin: OriginPlan): readonly WantedPort[] {
  const gateway = {
    port,
    owner: 'the gateway',
    instead: 'stop what listens there, or choose another with --port',
  }
  if (origin.kind !== 'demo') return [gateway]
  const instead =
    origin.portIs === 'remembered'
      ? `stop what listens there, use it with --origin ${loopbackUrl(origin.port)}, or choose another folder with --state`
      : 'stop what listens there, or choose another with --origin-port'
  return [gateway, { port: origin.port, owner: 'the demo origin', instead }]
}

/** The port of an origin on this machine, as the demo origin's address is written; null for any other. */
export function portOf(originUrl: string | null | undefined): number | null {
  const port = LOOPBACK_ORIGIN.exec(originUrl ?? '')?.[1]
  return port === undefined ? null : Number(port)
}
