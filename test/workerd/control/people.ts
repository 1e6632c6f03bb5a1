// People for tests: members and operators as rows, and the browser of one of them.
import { operators } from '../../../src/model/schema/records.ts'
import { members } from '../../../src/model/schema/tenants.ts'
import { newId } from '../../../src/ids.ts'
import { startSession } from '../../../src/control/session-changes.ts'
import type { PlatformRole } from '../../../src/model/vocabulary.ts'
import type { Holder, MemberRow, OperatorRow } from '../../../src/store/holders.ts'
import { db, insertOrganization, NOW } from '../store/rows.ts'
import { call, create, makeDeps, type Answer, type Call, type TestDeps } from './client.ts'

export const OWN = 'https://gateway.example.com'
const times = { createdAt: NOW, updatedAt: NOW }

export async function insertMember(given: Partial<typeof members.$inferInsert> = {}): Promise<MemberRow> {
  const organizationId = given.organizationId ?? (await insertOrganization())
  const id = newId('member')
  const row = { id, email: `${id}@example.com`, role: 'admin', state: 'active', ...times } as const
  const [inserted] = await db
    .insert(members)
    .values({ ...row, ...given, organizationId })
    .returning()
  if (inserted === undefined) throw new Error('unreachable')
  return inserted
}

export async function insertOperator(
  given: Partial<typeof operators.$inferInsert> = {},
): Promise<OperatorRow> {
  const row = { id: newId('operator'), name: 'Olga', role: 'owner', ...times } as const
  const [inserted] = await db
    .insert(operators)
    .values({ ...row, ...given })
    .returning()
  if (inserted === undefined) throw new Error('unreachable')
  return inserted
}

/** Cookies as a browser keeps them: by name, gone when they are cleared. */
export class Jar {
  readonly held = new Map<string, string>()

  take({ headers }: Pick<Answer, 'headers'>): void {
    for (const line of headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/;\s*max-age=0\b/i.test(line)) this.held.delete(name)
      else this.held.set(name, value)
    }
  }

  get header(): string {
    return [...this.held].map(([name, value]) => `${name}=${value}`).join('; ')
  }
}

/** A call as a page of our own makes it, with the cookies of the jar. */
export async function browse<T = Record<string, unknown>>(
  jar: Jar,
  path: string,
  given: Call = {},
): Promise<Answer<T>> {
  const own = given.method === undefined && given.json === undefined ? {} : { origin: OWN }
  const headers = { ...(jar.held.size > 0 && { cookie: jar.header }), ...own, ...given.headers }
  const answer = await call<T>(path, { token: null, ...given, headers })
  jar.take(answer)
  return answer
}

export const SESSION_COOKIE = '__Host-latchkey_session'

/** Somebody who is logged in. */
export async function loggedIn(holder: Holder, deps: TestDeps = makeDeps()): Promise<Jar> {
  const started = await startSession(deps, holder, 'oidc', { context: { request_id: 'req_test' } })
  if (!started.ok) throw new Error(started.error.code)
  const jar = new Jar()
  jar.held.set(SESSION_COOKIE, started.value.token)
  return jar
}

export interface MadeOperator {
  readonly operator: { readonly id: string; readonly [field: string]: unknown }
  readonly secret: string
}

/** An operator with a key, made by the ADMIN_TOKEN. */
export function makeOperator(role: PlatformRole, fields: object = {}): Promise<MadeOperator> {
  return create<MadeOperator>('operators', { name: 'Olga', role, ...fields })
}
