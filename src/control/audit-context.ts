// Where a request came from, as the audit trail keeps it: bounded, because all of it is in the caller's hand.
import type { AuditContext } from '../store/audit-chain.ts'

const MAX_ADDRESS = 64
const MAX_USER_AGENT = 256

export function auditContext(headers: Headers, requestId: string): AuditContext {
  const address = headers.get('cf-connecting-ip')?.slice(0, MAX_ADDRESS)
  const userAgent = headers.get('user-agent')?.slice(0, MAX_USER_AGENT)
  return {
    request_id: requestId,
    ...(address !== undefined && { address }),
    ...(userAgent !== undefined && { user_agent: userAgent }),
  }
}
