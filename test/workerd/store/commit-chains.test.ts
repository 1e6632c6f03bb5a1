// What a change of several chains may cost where it is not alone: D1 takes 1,000 statements of a request.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, expect, it } from 'vitest'
import { organizations } from '../../../src/model/schema/tenants.ts'
import { ok } from '../../../src/result.ts'
import { commit, CONTENDED } from '../../../src/store/commit.ts'
import { commitChains } from '../../../src/store/commit-chains.ts'
import type { Database } from '../../../src/store/database.ts'
import { account, AUTHOR } from './author.ts'
import { databases, insertOrganization } from './rows.ts'

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

it.each([
  ['a small one tries again and again', 1, 30],
  ['one of 300 statements tries twice', 300, 2],
  ['one of 600 statements tries once', 600, 1],
])('%s while others write to its chain', async (_, size, tries) => {
  const chain = await insertOrganization()
  let drafted = 0
  // Somebody else's event takes the place of each attempt.
  const draft = async () => {
    drafted++
    await commit(
      databases,
      {
        chain,
        draft: async () => ok({ result: '', statements: () => [], account, publish: null }),
        unique: [],
      },
      AUTHOR,
      async () => undefined,
    )
    const statements = (db: Database) =>
      Array.from({ length: size }, () =>
        db.update(organizations).set({ name: 'New' }).where(eq(organizations.id, chain)),
      )
    return ok({ accounts: [{ ...account, chain }], statements, publish: [] })
  }
  const change = { chains: async () => [chain], draft, unique: [] }
  const committed = await commitChains(databases, change, AUTHOR, async () => undefined)
  expect([committed, drafted]).toEqual([{ ok: false, error: CONTENDED }, tries])
})
