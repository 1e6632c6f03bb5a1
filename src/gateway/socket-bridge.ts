// A WebSocket that was admitted by a key: a bridge of two, so that it can be closed. It passes on messages, closes and
// losses, unread and in order. It cannot slow a sender down: workerd says neither how much is waiting to be sent nor
// lets reading pause, so what one side sends faster than the other reads waits in the isolate's memory.
import type { ProblemCode } from '../problem.ts'
import type { KeyedAdmission } from './exchange.ts'
import { watch } from './watch.ts'

// RFC 6455, section 7.4.1, and the IANA registry of close codes.
const GOING_AWAY = 1001
const PROTOCOL_ERROR = 1002
const NO_STATUS = 1005
const ABNORMAL = 1006
const POLICY_VIOLATION = 1008
const INTERNAL_ERROR = 1011
const TRY_AGAIN_LATER = 1013
const BAD_GATEWAY = 1014
const TLS_FAILED = 1015

/** These say how a connection was lost and never stand in a frame: whoever is left hears of it by another one. */
const LOST: ReadonlySet<number> = new Set([ABNORMAL, TLS_FAILED])

/** With what a socket is closed. Every other refusal is about the key. */
const CLOSE_CODES: Partial<Record<ProblemCode, number>> = {
  verification_unavailable: TRY_AGAIN_LATER,
  not_configured: TRY_AGAIN_LATER,
  internal_error: INTERNAL_ERROR,
}

/** @returns the client's end, for the answer */
export function bridgeSocket(origin: WebSocket, admission: KeyedAdmission): WebSocket {
  const { 0: client, 1: inner } = new WebSocketPair()
  const ends = [origin, inner] as const
  const cut = (code: ProblemCode) => {
    for (const end of ends) end.close(CLOSE_CODES[code] ?? POLICY_VIOLATION, code)
  }
  const stop = watch({ kind: 'socket', cut }, admission)
  const closed = new Set<WebSocket>()
  // A half-open socket can still carry messages: it is watched until both sides have closed.
  const onClosed = (end: WebSocket) => {
    if (closed.add(end).size === ends.length) stop()
  }
  connect(origin, inner, BAD_GATEWAY, onClosed)
  connect(inner, origin, GOING_AWAY, onClosed)
  for (const end of ends) {
    end.binaryType = 'arraybuffer'
    // Half-open: the runtime would answer a Close frame by itself, before the other side could have its say.
    end.accept({ allowHalfOpen: true })
  }
  return client
}

/** @param lostCode what `to` is told when `from` is lost without a Close frame */
function connect(from: WebSocket, to: WebSocket, lostCode: number, onClosed: (end: WebSocket) => void): void {
  from.addEventListener('message', ({ data }: { readonly data: string | ArrayBuffer }) => {
    try {
      to.send(data)
    } catch {
      // `to` was closed meanwhile: what comes after a Close frame reaches nobody (RFC 6455, section 5.5.1).
    }
  })
  from.addEventListener('close', ({ code, reason }) => {
    onClosed(from)
    // Of a socket that is closed already, `close` does nothing.
    if (code === NO_STATUS) to.close()
    else if (LOST.has(code)) to.close(lostCode)
    else passClose(to, code, reason)
  })
  from.addEventListener('error', () => {
    onClosed(from)
    to.close(lostCode)
  })
}

// A code that no endpoint may send can be received all the same: the runtime throws when it is to be sent on.
function passClose(to: WebSocket, code: number, reason: string): void {
  try {
    to.close(code, reason)
  } catch {
    to.close(PROTOCOL_ERROR)
  }
}
