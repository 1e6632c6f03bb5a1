// What the tests of keys share: shapes, dice and a gateway's answer to a presented key.
import * as fc from 'fast-check'
import { hasValidCheck, importCheckSecret } from '../../../src/keys/check.ts'
import { isRegion } from '../../../src/keys/compose.ts'
import { isKeyPrefix, parseKey, type KeyShape } from '../../../src/keys/format.ts'
import type { RandomBytes } from '../../../src/keys/mint.ts'
import { ENVIRONMENTS, KEY_KINDS } from '../../../src/model/vocabulary.ts'
import vectors from '../../vectors/key-format.json' with { type: 'json' }

export const checkSecret = await importCheckSecret(vectors.checkSecret)

export const random: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length))

/** Dice that fall as written, and fail the test when they are thrown more often. */
export function scripted(...throws: readonly (readonly number[])[]): RandomBytes {
  const rest = [...throws]
  return (length) => {
    const next = rest.shift()
    if (next?.length !== length) throw new Error(`asked for ${length} bytes, scripted ${next?.length}`)
    return Uint8Array.from(next)
  }
}

export const shape: fc.Arbitrary<KeyShape> = fc.record({
  prefix: fc.stringMatching(/^[a-z][a-z0-9]{1,11}$/).filter(isKeyPrefix),
  region: fc.option(fc.stringMatching(/^[a-z]{2}$/).filter(isRegion)),
  environment: fc.constantFrom(...ENVIRONMENTS),
  kind: fc.constantFrom(...KEY_KINDS),
})

/** True if the gateway would go on to look this text up. */
export async function passesCheck(text: string): Promise<boolean> {
  const key = parseKey(text, [])
  return key?.format === 'native' && (await hasValidCheck([checkSecret], key.body, key.check))
}
