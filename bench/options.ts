// The command line of the benchmark.
import { parseArgs } from 'node:util'

export interface Options {
  readonly rounds: number
  /** Length of one run: one subject at one number of connections in one round. */
  readonly seconds: number
  /** Length of the run that warms a subject before the first round. */
  readonly warmUpSeconds: number
  readonly connections: readonly number[]
  /** File for the raw results. */
  readonly json: string | null
}

export const USAGE = `node bench/gateway.ts [--rounds N] [--seconds N] [--connections 1,16,64] [--json FILE] [--smoke]

  --rounds       how often every subject runs at every number of connections, default 5
  --seconds      length of one run, default 5
  --connections  comma-separated, default 1,16,64
  --json         writes the raw results there
  --smoke        one round of one second at 8 connections: proves that the benchmark runs, measures nothing`

const FULL = { rounds: 5, seconds: 5, warmUpSeconds: 4, connections: [1, 16, 64] }
const SMOKE = { rounds: 1, seconds: 1, warmUpSeconds: 1, connections: [8] }

/** @throws when an option is unknown or no positive number */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      connections: { type: 'string' },
      json: { type: 'string' },
      smoke: { type: 'boolean', default: false },
    },
  })
  const preset = values.smoke ? SMOKE : FULL
  return {
    rounds: count('rounds', values.rounds) ?? preset.rounds,
    seconds: count('seconds', values.seconds) ?? preset.seconds,
    warmUpSeconds: preset.warmUpSeconds,
    connections: values.connections?.split(',').map(readCount('connections')) ?? preset.connections,
    json: values.json ?? null,
  }
}

function count(name: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : readCount(name)(text)
}

function readCount(name: string): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`--${name} takes whole numbers from 1.`)
    return value
  }
}
