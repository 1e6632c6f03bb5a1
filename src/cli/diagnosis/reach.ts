// Whether the gateway is there, ready, and of the same time as this machine. Asked without a credential.
import { listOf, member, parseJson, textOf } from '../json.ts'
import { found, type Finding } from './finding.ts'

const TIMEOUT_MS = 10_000
/** Certificates and one-time links live long enough for this. */
const CLOCK_TOLERANCE_MS = 30_000

export async function checkReach(url: string, send: typeof fetch): Promise<readonly Finding[]> {
  const askedAt = Date.now()
  const health = await ask(`${url}/_latchkey/healthz`, send)
  const answeredAt = Date.now()
  if (health.status !== 200)
    return [
      found(
        'reach',
        'fail',
        `${url} ${health.status === 0 ? `does not answer: ${health.text}` : `answers ${health.status}, and not as a gateway`}.`,
        'Is the URL right, and the gateway deployed? With CONTROL_HOST set, it is that host.',
      ),
    ]
  const ready = await ask(`${url}/_latchkey/readyz`, send)
  return [
    found('reach', 'pass', `${url} answers in ${answeredAt - askedAt} ms.`),
    checkClock(health.date, askedAt, answeredAt),
    ready.status === 200
      ? found('ready', 'pass', 'It says that it is ready.')
      : found('ready', 'fail', detailOf(ready.text), 'npx latchkey deploy, and look at: npx wrangler tail'),
  ]
}

interface Heard {
  /** 0: no answer. */
  readonly status: number
  readonly text: string
  readonly date: string | null
}

async function ask(url: string, send: typeof fetch): Promise<Heard> {
  try {
    const response = await send(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
    return { status: response.status, text: await response.text(), date: response.headers.get('date') }
  } catch (error) {
    const cause: unknown = error instanceof Error ? (error.cause ?? error) : error
    return { status: 0, text: cause instanceof Error ? cause.message : String(cause), date: null }
  }
}

function detailOf(text: string): string {
  const problem = parseJson(text)?.value
  const told = [
    textOf(member(problem, 'detail')),
    ...listOf(member(problem, 'errors')).map((one) => textOf(member(one, 'detail'))),
  ]
  return told.filter((part) => part !== null).join(' ') || 'It is not ready.'
}

// `Date` has whole seconds (RFC 9110, 6.6.1), and was written some time between question and answer.
function checkClock(date: string | null, askedAt: number, answeredAt: number): Finding {
  const there = Date.parse(date ?? '')
  if (Number.isNaN(there)) return found('clock', 'skip', 'The answer has no Date.')
  const behindMs = askedAt - (there + 1_000)
  const aheadMs = there - answeredAt
  const offMs = Math.max(behindMs, aheadMs, 0)
  if (offMs <= CLOCK_TOLERANCE_MS) return found('clock', 'pass', 'This machine and the gateway agree.')
  return found(
    'clock',
    'warn',
    `This machine is ${Math.round(offMs / 1000)} s ${behindMs > 0 ? 'ahead of' : 'behind'} the gateway.`,
    'Set its clock (NTP): expiries that are written here mean another moment there.',
  )
}
