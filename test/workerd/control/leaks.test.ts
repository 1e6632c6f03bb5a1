// The watch over everything that the control plane's tests produce sees what it is there for.
import { expect, it } from 'vitest'
import { digestKey } from '../../../src/keys/digest.ts'
import { expectNoLeak } from './leaks.ts'

const SECRET = `lk_live_${'a'.repeat(38)}`
const OTHER_HASH = '0'.repeat(64)

it('sees a key in an answer, in a log line, and its hash once it was shown', async () => {
  const hash = await digestKey(SECRET)
  const look =
    (method: string, path: string, answer: object, logged: object[] = []) =>
    () =>
      expectNoLeak(method, path, JSON.stringify(answer), logged)
  expect(look('GET', '/_latchkey/v1/keys/key_1', { name: SECRET })).toThrow('answers with a key')
  expect(look('GET', '/_latchkey/v1/keys/key_1', {}, [{ error: SECRET }])).toThrow('logs a key')
  expect(look('GET', '/_latchkey/v1/keys/key_1', { hash })).not.toThrow()
  expect(look('POST', '/_latchkey/v1/keys', { secret: SECRET })).not.toThrow()
  expect(look('POST', '/_latchkey/v1/keys', { secret: SECRET }, [{ created: SECRET }])).toThrow('logs a key')
  expect(look('GET', '/_latchkey/v1/keys/key_1', { hash })).toThrow('tells the hash')
  expect(look('GET', '/_latchkey/v1/keys/key_1', { hash: OTHER_HASH })).not.toThrow()
})
