// The model of Terraform and its REST provider that docs/terraform/ is run with: it must not be kinder than they are.
import { describe, expect, it } from 'vitest'
import { deltaOf, type Fields } from '../support/terraform/delta.ts'
import { parseHcl } from '../support/terraform/hcl.ts'
import { encode, evaluate, UNKNOWN, type Scope } from '../support/terraform/values.ts'
import { inWaves } from '../support/terraform/waves.ts'

describe('HCL', () => {
  const locals = new Map(
    parseHcl(`
      # a comment
      locals {
        limit = { burst = null, per = "key" }
        list  = concat(["a"], ["b", "c",]) // another
      }`).flatMap(({ body }) => [...body.attributes]),
  )
  const scope: Scope = { locals, variables: { url: 'http://x' }, idOf: () => UNKNOWN }
  const valueOf = (text: string) => {
    const [block] = parseHcl(`locals {\n value = ${text}\n}`)
    const expression = block?.body.attributes.get('value')
    return expression === undefined ? null : evaluate(expression, scope)
  }

  it('is read as far as the example needs it', () => {
    expect(valueOf('merge(local.limit, { burst = 5 })')).toEqual({ burst: 5, per: 'key' })
    expect(valueOf('local.list')).toEqual(['a', 'b', 'c'])
    expect(valueOf('"${var.url}/v1"')).toBe('http://x/v1')
    expect(valueOf('[true, -1.5, null]')).toEqual([true, -1.5, null])
  })

  it.each(['1 + 1', 'x ? 1 : 2', '[for x in y : x]', 'lower("A")', 'local.other', 'var.other'])(
    'refuses what it cannot read: %s',
    (text) => {
      expect(() => valueOf(text)).toThrow()
    },
  )

  it('is encoded as `terraform console` of 1.11.4 encodes it', () => {
    expect(valueOf('jsonencode({ name = "a<b>&c é", limit = 1000000, b = [{ d = null, c = {} }] })')).toBe(
      String.raw`{"b":[{"c":{},"d":null}],"limit":1000000,"name":"a\u003cb\u003e\u0026c é"}`,
    )
  })

  it('is unknown as a whole where an id in it is', () => {
    expect(valueOf('jsonencode({ plan_id = restapi_object.starter.id })')).toBe(UNKNOWN)
    expect(encode({ a: [{ b: UNKNOWN }] })).toBe(UNKNOWN)
  })
})

describe('what the provider takes for drift', () => {
  it.each<[string, Fields, Fields, readonly string[], Fields | null]>([
    ['another value', { a: 1 }, { a: 2 }, [], { a: 2 }],
    ['a field that is gone', { a: 1 }, {}, [], { a: null }],
    ['a field that came, even as null', { a: 1 }, { a: 1, b: null }, [], { a: 1, b: null }],
    ['a value where null was given', { a: null }, { a: 1 }, [], { a: 1 }],
    ['a field inside of another', { a: { b: 1 } }, { a: { b: 1, c: 2 } }, [], { a: { b: 1, c: 2 } }],
    ['a list of another order', { a: [1, 2] }, { a: [2, 1] }, [], { a: [2, 1] }],
    ['a field inside of an entry of a list', { a: [{}] }, { a: [{ b: null }] }, [], { a: [{ b: null }] }],
    ['a text where a number was', { a: 1 }, { a: '1' }, [], { a: '1' }],
  ])('%s', (_, recorded, actual, ignored, expected) => {
    expect(deltaOf(recorded, actual, ignored)).toEqual(expected)
  })

  it.each<[string, Fields, Fields, readonly string[]]>([
    ['null that is absent', { a: null }, {}, []],
    ['what is ignored and came', {}, { a: 1 }, ['a']],
    ['what is ignored and differs', { a: 1 }, { a: 2 }, ['a']],
    ['what is ignored inside of another', { a: { b: 1 } }, { a: { b: 1, c: 2 } }, ['a.c']],
  ])('but not %s', (_, recorded, actual, ignored) => {
    expect(deltaOf(recorded, actual, ignored)).toBeNull()
  })
})

describe('waves', () => {
  it('hold ten at most, each behind what it needs', async () => {
    const ended: number[] = []
    let [running, most] = [0, 0]
    const work = async (n: number) => {
      most = Math.max(most, ++running)
      await Promise.resolve()
      running--
      ended.push(n)
    }
    const all = Array.from({ length: 25 }, (_, n) => n)
    await inWaves(all, (n) => (n === 24 ? [] : [24]), work)
    expect([ended[0], ended.length, most]).toEqual([24, 25, 10])
  })

  it('end at a failure, and where things need each other', async () => {
    const fail = () => Promise.reject(new Error('no'))
    await expect(inWaves([1], () => [], fail)).rejects.toThrow('no')
    await expect(inWaves([1], () => [1], fail)).rejects.toThrow('They need each other.')
  })
})
