// What an operator asks of many keys.
import type { Keyring } from './keyring.ts'

export interface Question {
  readonly name: string
  readonly ask: (keyring: Keyring) => Promise<unknown>
}

const list = (name: string, query: (keyring: Keyring) => string): Question => ({
  name,
  ask: (keyring) => keyring.ask('GET', `keys?limit=100&${query(keyring)}`),
})

export const QUESTIONS: readonly Question[] = [
  list('the newest hundred', () => ''),
  list('of an organization', ({ ids }) => `organization_id=${ids.organization}`),
  list('of a project', ({ ids }) => `project_id=${ids.project}`),
  list('disabled ones of a project', ({ ids }) => `project_id=${ids.project}&state=disabled`),
  list('by the last four characters', () => 'last4=00ff'),
  list('by a tag', () => 'tag=rare'),
  list('by a word of the name', () => 'name=nightly'),
  list('by a word that most have', () => 'name=key'),
  list('by metadata', () => 'metadata=team%3Dt7'),
  list('unused since a time', () => `unused_since=${encodeURIComponent('2020-01-01T00:00:00Z')}`),
  list(
    'that end soon',
    () => `expires_before=${encodeURIComponent(new Date(Date.now() + 9e7).toISOString())}`,
  ),
  { name: 'one key', ask: (keyring) => keyring.ask('GET', `keys/${keyring.newest().id}`) },
  { name: 'ten pages, one after the other', ask: tenPages },
  {
    name: 'inspect by display form',
    ask: (keyring) => keyring.ask('POST', 'keys/inspect', { start: keyring.start, last4: '00ff' }),
  },
]

/** Milliseconds of each time that each question was asked, in their order. */
export async function measure(keyring: Keyring, times: number): Promise<readonly (readonly number[])[]> {
  const found: number[][] = []
  // Once all of them: the first that is asked would pay for everything that is loaded.
  for (const { ask } of QUESTIONS) await ask(keyring)
  for (const { ask } of QUESTIONS) {
    await ask(keyring)
    const taken: number[] = []
    for (let i = 0; i < times; i++) {
      const startedAt = performance.now()
      await ask(keyring)
      taken.push(performance.now() - startedAt)
    }
    found.push(taken)
  }
  return found
}

async function tenPages(keyring: Keyring): Promise<void> {
  let cursor = ''
  for (let page = 0; page < 10; page++) {
    const answer = await keyring.ask('GET', `keys?limit=100${cursor}`)
    const next: unknown = answer instanceof Object ? Reflect.get(answer, 'next_cursor') : null
    if (typeof next !== 'string') return
    cursor = `&cursor=${encodeURIComponent(next)}`
  }
}
