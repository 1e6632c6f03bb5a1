// The command line of `npm start`. Pure: every refusal is one sentence.
import type { ParseArgsOptionsConfig } from 'node:util'
import { parseUpstreamUrl } from '../../src/policy/upstream-url.ts'
import { err, ok, type Result } from '../../src/result.ts'
import { readArguments } from '../arguments.ts'

export interface StartOptions {
  /** Port of the gateway; 0: any free one. */
  readonly port: number
  /** Port of the demo origin; null: the one this state folder knows, else the default. */
  readonly originPort: number | null
  /** An origin to use instead of the demo one. */
  readonly origin: string | null
  readonly stateDir: string
  /** `seed`: demo data, and the demo origin unless `origin` is set. `bare`: neither. */
  readonly demo: 'seed' | 'bare'
  readonly output: 'text' | 'json'
}

export const DEFAULT_ORIGIN_PORT = 8788

export const HELP = `Starts Latchkey on this machine: the gateway, its database and a demo origin.

  npm start -- [options]

  --port PORT          the gateway's port (8787; 0: any free one)
  --origin-port PORT   the demo origin's port (${DEFAULT_ORIGIN_PORT}; 0: any free one)
  --origin URL         use this origin instead of the demo one
  --state DIR          the folder that holds everything (.latchkey)
  --no-demo            neither demo origin nor demo data
  --json               stdout is one line of JSON, when ready
  --help               this text
`

const FLAGS = {
  port: { type: 'string', default: '8787' },
  'origin-port': { type: 'string' },
  origin: { type: 'string' },
  state: { type: 'string', default: '.latchkey' },
  'no-demo': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig

/** @returns the options, `'help'`, or a sentence that names the argument and what it takes */
export function parseOptions(args: readonly string[]): Result<StartOptions | 'help', string> {
  const given = readArguments(args, FLAGS, 'npm start')
  if (!given.ok) return given
  const values = given.value
  if (values.help) return ok('help')

  const port = readPort('--port', values.port)
  if (!port.ok) return port
  const originPort = values['origin-port']
  const demoPort = originPort === undefined ? ok(null) : readPort('--origin-port', originPort)
  if (!demoPort.ok) return demoPort
  const origin = values.origin === undefined ? ok(null) : readOrigin(values.origin)
  if (!origin.ok) return origin

  if (values.state === '') return err('--state takes the path of a folder.')
  if (originPort !== undefined && (values.origin !== undefined || values['no-demo']))
    return err('--origin-port is the port of the demo origin, which --origin and --no-demo leave out.')
  if (port.value !== 0 && port.value === demoPort.value)
    return err(
      `--port and --origin-port are both ${port.value}: the gateway and its origin need a port each.`,
    )

  return ok({
    port: port.value,
    originPort: demoPort.value,
    origin: origin.value,
    stateDir: values.state,
    demo: values['no-demo'] ? 'bare' : 'seed',
    output: values.json ? 'json' : 'text',
  })
}

function readPort(name: string, value: string): Result<number, string> {
  const port = Number(value)
  return /^\d{1,5}$/.test(value) && port <= 65_535
    ? ok(port)
    : err(`${name} takes a port from 0 to 65535, not "${value}".`)
}

function readOrigin(value: string): Result<string, string> {
  const url = parseUpstreamUrl(value, { localDevelopment: true, ownHosts: [] })
  return url.ok ? url : err(`--origin ${url.error}`)
}
