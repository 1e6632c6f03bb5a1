// `npm run bench`: the gateway beside a bare passthrough, in one run on one machine, because only ratios travel.
// Ends with 1 when a subject fails, never because of a time. See docs/benchmarks.md.
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { dirname } from 'node:path'
import { runLoad } from './load.ts'
import { parseOptions, USAGE, type Options } from './options.ts'
import { absoluteTables, ratioTable, targetTable, type Measurement } from './report.ts'
import { PAIRINGS, startSubjects, type Subject } from './subjects.ts'

/** Start, warm-up and slack of a run that goes well; one that takes longer hangs. */
const GRACE_SECONDS = 120

async function main(options: Options): Promise<void> {
  const machine = describeMachine()
  print(
    Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
  )
  print(
    'workerd is the real one. D1, KV and ratelimits are Miniflare simulators; a warm request touches none of them.',
  )
  const { subjects, stop } = await startSubjects()
  try {
    endAfter(expectedSeconds(options, subjects.length) * 2 + GRACE_SECONDS)
    const measurements = await measure(subjects, options)
    print(absoluteTables(measurements))
    print(`Ratios: median and range of the rounds\n\n${ratioTable(measurements, PAIRINGS)}`)
    print(targetTable(measurements))
    if (options.json !== null) await writeJson(options.json, { machine, options, measurements })
  } finally {
    await stop()
  }
}

async function measure(subjects: readonly Subject[], options: Options): Promise<readonly Measurement[]> {
  const { rounds, seconds, warmUpSeconds, connections: counts } = options
  print(
    `About ${Math.ceil(expectedSeconds(options, subjects.length) / 60)} min: ${rounds} rounds, ${seconds} s each run.`,
  )
  for (const subject of subjects) await runLoad(subject, Math.max(...counts), warmUpSeconds)
  const measurements: Measurement[] = []
  for (let round = 1; round <= rounds; round++) {
    console.log(
      `round ${round}: load average ${loadavg()
        .map((load) => load.toFixed(2))
        .join(' ')}`,
    )
    for (const connections of counts)
      for (const subject of subjects)
        measurements.push({
          subject: subject.name,
          connections,
          round,
          ...(await runLoad(subject, connections, seconds)),
        })
  }
  return measurements
}

function expectedSeconds({ rounds, seconds, warmUpSeconds, connections }: Options, subjects: number): number {
  return subjects * (warmUpSeconds + rounds * connections.length * (seconds + 0.2))
}

/** Unreferenced: it keeps nothing alive, and Miniflare's exit hook and the origin's leash end every child. */
function endAfter(seconds: number): void {
  const timer = setTimeout(() => {
    console.error(`Not done after ${Math.round(seconds)} s: something hangs.`)
    process.exit(1)
  }, seconds * 1000)
  timer.unref()
}

function describeMachine(): Readonly<Record<string, string>> {
  return {
    date: new Date().toISOString(),
    node: process.version,
    workerd: workerdVersion(),
    system: `${process.platform} ${process.arch}`,
    cores: `${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown'}`,
  }
}

// workerd is Miniflare's dependency and not ours: it is found from there.
function workerdVersion(): string {
  const miniflare = createRequire(import.meta.url).resolve('miniflare')
  const workerd: unknown = createRequire(miniflare)('workerd/package.json')
  const isPackage = typeof workerd === 'object' && workerd !== null && 'version' in workerd
  return isPackage ? String(workerd.version) : 'unknown'
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, JSON.stringify(value, null, 2))
}

function print(text: string): void {
  console.log(`${text}\n`)
}

if (process.argv.includes('--help')) print(USAGE)
else await main(parseOptions(process.argv.slice(2)))
