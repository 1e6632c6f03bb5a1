// Every function that reads what belongs to tenants says whose: by a reach, or by one organization. Read from the source, so
// that a query which is added later is judged before anybody calls it.
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { expect, it } from 'vitest'

const OF_TENANTS = /model\/schema\/(?:tenants|api-keys|usage|sessions)\.ts|\bauditEvents\b/
const READS = /\.select\(|SELECT/
const SAYS_WHOSE = /\bReach\b|\borganizationId\b|\bchain: string\b|\bHolderName\b|\bSessionName\b/

/** Why these need not say it. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  findRecord: 'finds what was answered to the caller itself, by its name and the key that it chose',
  changeQuery: 'asks whether the caller itself made a change, by its name',
  expiredQuery: 'deletes what is over, for a schedule, and shows nothing',
  expiredRowsQuery: 'deletes what is over, for a schedule, and shows nothing',
  oldUsageQuery: 'deletes what is old, for a schedule, and shows nothing',
  findOperatorBySubject: 'finds an operator, who is of the platform',
  operatorOfSubjectQuery: 'finds an operator, who is of the platform',
  unboundOperatorQuery: 'finds an operator, who is of the platform',
  takenIdsQuery:
    'takes organizations that its caller has read within reach, and says what is taken of its own ids',
  hashesQuery: 'finds by whole hashes, and says to whom they belong: its caller compares',
  fingerprintsQuery: 'finds by whole hashes, and says to whom they belong: its caller compares',
  candidatesQuery: 'is the gateway’s: it proves of what it finds that the presented text is the key',
  locatorCountsQuery:
    'counts keys of all tenants that could not be told apart, and says no more than how many',
  findUnused: 'is the gateway’s: the key was proved before',
  readKeyRules: 'reads plans, which are the platform’s',
  readConfigSnapshot: 'reads routes, upstreams and plans, which are the platform’s',
  readRouting: 'reads routes, upstreams and plans, which are the platform’s',
  headsQuery: 'reads where chains end that its caller is about to write to, and shows nothing',
  isPlanUsed: 'answers yes or no of all tenants, about a plan, which is the platform’s',
  insertTerms: 'writes a key that was read within reach',
  findOfOperator: 'takes the condition of its caller, which names the session',
  findOfMember: 'takes the condition of its caller, which names the session',
  findKeyFacts: 'is the gateway’s: the hash of a whole key is the right to it',
  rotations: 'finds work for a schedule, and shows nothing',
  isUsed: 'answers yes or no of all tenants, about a plan, which is the platform’s',
  hasTag: 'is a condition on keys, beside that of their reach',
  hasTerm: 'is a condition on keys, beside that of their reach',
  areCalled: 'is a condition on organizations, beside that of their reach',
  isOfTeam: 'is the condition of a reach itself',
}

interface Reader {
  readonly name: string
  readonly parameters: string
}

async function readers(): Promise<readonly Reader[]> {
  const found: Reader[] = []
  for await (const path of glob('src/store/*.ts')) {
    const text = readFileSync(path, 'utf8')
    if (!OF_TENANTS.test(text)) continue
    for (const [whole, name = ''] of text.matchAll(/^(?:export )?(?:async )?function (\w+)[\s\S]*?^\}/gm)) {
      const parameters = whole.slice(0, whole.search(/\)[^()]*\{\n/))
      if (READS.test(whole.slice(parameters.length))) found.push({ name, parameters })
    }
  }
  return found
}

it('each reader of tenant data takes a reach or an organization, or is excepted for a reason', async () => {
  const all = await readers()
  expect(all.length).toBeGreaterThan(30)
  const silent = all.filter(({ parameters }) => !SAYS_WHOSE.test(parameters)).map(({ name }) => name)
  expect(silent.filter((name) => EXCEPTIONS[name] === undefined)).toEqual([])
  expect(Object.keys(EXCEPTIONS).filter((name) => !silent.includes(name))).toEqual([])
})
