// A gateway with as many keys as are wanted: one is made through the admin API, and the others are copies of its row, made by SQL.
import { randomBytes } from 'node:crypto'
import { getTableColumns } from 'drizzle-orm'
import { apiKeys } from '../../src/model/schema/api-keys.ts'
import { adminClient, migrate, readModules, textMember, type Admin } from '../gateway-setup.ts'
import { startWorker } from '../worker-process.ts'

export interface Keyring {
  /** Makes keys until there are so many. */
  readonly fillTo: (count: number, progress: (made: number) => void) => Promise<void>
  /** Asks the admin API. Throws for anything but a success. */
  readonly ask: (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<unknown>
  readonly ids: { readonly organization: string; readonly project: string }
  /** What every key begins with. */
  readonly start: string
  /** The latest key that was made, and its number. */
  readonly newest: () => { readonly id: string; readonly number: number }
  readonly dispose: () => Promise<void>
}

/** Rows of one statement: what local D1 writes in a few seconds. */
const PER_STATEMENT = 20_000

/** One key in so many has the tag and the name that are searched for. */
const RARE = 500

export async function startKeyring(folder: string): Promise<Keyring> {
  const adminToken = randomBytes(32).toString('base64url')
  const worker = await startWorker(await readModules(folder), {
    ADMIN_TOKEN: adminToken,
    LATCHKEY_SECRET: randomBytes(32).toString('base64url'),
    LOCAL_DEVELOPMENT: 'true',
  })
  const database = await worker.database()
  await migrate(database)
  const api = `${worker.url}/_latchkey/v1`
  const { ids, first, start } = await seed(adminClient(api, adminToken))
  let made = 1
  return {
    ids,
    start,
    newest: () => ({ id: idOf(made), number: made }),
    async fillTo(count, progress) {
      while (made < count) {
        const upTo = Math.min(count, made + PER_STATEMENT)
        for (const query of copies(first, made, upTo)) await database.prepare(query).run()
        made = upTo
        progress(made)
      }
      await database.prepare('ANALYZE').run()
    },
    async ask(method, path, body) {
      const response = await fetch(`${api}/${path}`, {
        method,
        headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
      const answer: unknown = JSON.parse(text)
      return answer
    },
    dispose: worker.dispose,
  }
}

async function seed(admin: Admin) {
  const create = async (resource: string, body: unknown) => textMember(await admin(resource, body), 'id')
  const organization = await create('organizations', { name: 'Benchmark' })
  const project = await create('projects', { organization_id: organization, name: 'Many' })
  const made = await admin('keys', { project_id: project, name: 'Key 0', metadata: { team: 't0' } })
  const key: unknown = made instanceof Object ? Reflect.get(made, 'key') : null
  return { ids: { organization, project }, first: textMember(key, 'id'), start: textMember(key, 'start') }
}

/** Digits are in the alphabet of ids, and in its order. */
function idOf(number: number): string {
  return `key_${String(number).padStart(26, '0')}`
}

/** What differs from the first key, by column; `n.i` is the number. */
const OWN: Readonly<Record<string, string>> = {
  id: "'key_' || printf('%026d', n.i)",
  lineage: "'key_' || printf('%026d', n.i)",
  hash: 'lower(hex(randomblob(32)))',
  last4: "printf('%04x', n.i % 65536)",
  name: `iif(n.i % ${RARE} = 0, 'Nightly backup ', 'Key ') || n.i`,
  state: "iif(n.i % 10 = 0, 'disabled', 'active')",
  metadata: `json_object('team', 't' || (n.i % ${RARE}))`,
  tags: `iif(n.i % ${RARE} = 0, '["rare"]', '[]')`,
  last_used_at: 'iif(n.i % 3 = 0, NULL, k.created_at - n.i)',
  expires_at: `iif(n.i % ${RARE} = 1, k.created_at + 86400000, NULL)`,
}

/** Keys with the numbers after `from` up to `to`, with what they are found by. */
function copies(first: string, from: number, to: number): readonly string[] {
  const numbers = `WITH RECURSIVE n(i) AS (SELECT ${from + 1} UNION ALL SELECT i + 1 FROM n WHERE i < ${to})`
  const source = `FROM n CROSS JOIN api_keys k WHERE k.id = '${first}'`
  const columns = Object.values(getTableColumns(apiKeys)).map(({ name }) => name)
  const values = columns.map((name) => OWN[name] ?? `k.${name}`)
  const found = (into: string, value: string, which = '') =>
    `${numbers} INSERT INTO ${into} SELECT k.organization_id, ${value}, ${OWN.id} ${source} ${which}`
  const isRare = `AND n.i % ${RARE} = 0`
  return [
    `${numbers} INSERT INTO api_keys (${columns.join(', ')}) SELECT ${values.join(', ')} ${source}`,
    found('key_tags (organization_id, tag, key_id)', "'rare'", isRare),
    found('key_terms (organization_id, term, key_id)', `iif(n.i % ${RARE} = 0, 'name:nightly', 'name:key')`),
    found('key_terms (organization_id, term, key_id)', `'metadata.team=t' || (n.i % ${RARE})`),
  ]
}
