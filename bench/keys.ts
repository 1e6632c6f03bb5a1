// `npm run bench:keys`: how long does an operator wait for a page of keys, a search, one key, when there are a million of them? Asked over
// HTTP of the built gateway on local D1; beside it the same of a thousand, because what does not grow with their number is the claim.
import { parseArgs } from 'node:util'
import { buildGateway } from './gateway-setup.ts'
import { startKeyring } from './keys/keyring.ts'
import { measure, QUESTIONS } from './keys/questions.ts'
import { table } from './keys/report.ts'

const USAGE = `node bench/keys.ts [--keys N] [--times N] [--smoke]

  --keys   default 1000000
  --times  how often each question is asked, default 30
  --smoke  2000 keys, each question 3 times: proves that the benchmark runs, measures nothing`

const FEW = 1_000

async function main(most: number, times: number): Promise<void> {
  const keyring = await startKeyring(await buildGateway())
  try {
    const found = []
    for (const count of [FEW, most]) {
      await keyring.fillTo(count, (made) => console.error(`${made} of ${count} keys`))
      found.push(await measure(keyring, times))
    }
    console.log(table(QUESTIONS, [FEW, most], found))
  } finally {
    await keyring.dispose()
  }
}

function readCount(text: string | undefined, name: string, preset: number): number {
  const count = Number(text ?? preset)
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`--${name} takes whole numbers from 1.`)
  return count
}

const { values } = parseArgs({
  options: {
    keys: { type: 'string' },
    times: { type: 'string' },
    smoke: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) console.log(USAGE)
else
  await main(
    readCount(values.keys, 'keys', values.smoke ? 2_000 : 1_000_000),
    readCount(values.times, 'times', values.smoke ? 3 : 30),
  )
