import { describe, expect, it } from 'vitest'
import type { ConfigSnapshot } from '../../../src/model/snapshot.ts'
import { getConfigCopy, parseConfigCopy, parseKeyCopy, putConfigCopy } from '../../../src/store/edge.ts'
import { keyFacts, routeFacts } from '../../support/facts.ts'

const STAMP = { epoch: 1, asOf: 2, readAt: 3 }
const FORMAT = 4
const LIMIT = {
  name: 'burst',
  limit: 5,
  periodSeconds: 1,
  burst: 2,
  per: 'key',
  enforcement: 'leased',
  algorithm: 'gcra',
  onOutage: 'allow',
} as const
const QUOTA = {
  name: 'monthly',
  limit: 9,
  period: 'month',
  timeZone: 'organization',
  anchor: 'calendar',
  refill: null,
  per: 'project',
  enforcement: 'exact',
  onOutage: 'deny',
  warnAt: 80,
} as const
const PLAN = { id: 'plan_1', name: 'Free', limits: [LIMIT], quotas: [QUOTA] }
const OLD_FORMAT = {
  prefix: 'old_',
  alphabet: 'hex',
  length: 8,
  deprecatedAtMs: null,
  sunsetAtMs: null,
} as const
const CONFIG: ConfigSnapshot = {
  ...STAMP,
  routes: [routeFacts(), routeFacts({ limits: ['burst'] })],
  wasRouted: true,
  upstreams: [],
  plans: [PLAN, { ...PLAN, id: 'plan_2', limits: [], quotas: [{ ...QUOTA, refill: 3 }] }],
  settings: {
    gatewayId: 'lk-1',
    checkSecrets: ['secret'],
    signingKeys: [],
    legacyFormats: [OLD_FORMAT, { ...OLD_FORMAT, alphabet: null, length: null, sunsetAtMs: 5 }],
    expiryWarningMs: 0,
    rateLimitFields: 'standard',
  },
}

const configText = (changes: object = {}) => JSON.stringify({ format: FORMAT, ...CONFIG, ...changes })
const keyText = (changes: object = {}, format = FORMAT) =>
  JSON.stringify({ format, ...STAMP, hash: 'h', key: { ...keyFacts(), ...changes } })
/** A copy whose plan, limit or quota is another. */
const planText = (changes: object) => configText({ plans: [{ ...PLAN, ...changes }] })
const limitText = (changes: object) => planText({ limits: [LIMIT, { ...LIMIT, ...changes }] })
const formatText = (changes: object) =>
  configText({ settings: { ...CONFIG.settings, legacyFormats: [{ ...OLD_FORMAT, ...changes }] } })
const quotaText = (changes: object) => planText({ quotas: [{ ...QUOTA, ...changes }] })

describe('a copy of the configuration', () => {
  it('is what was put', async () => {
    const held = new Map<string, string>()
    const kv = {
      get: async (name: string) => held.get(name) ?? null,
      put: async (name: string, value: string) => void held.set(name, value),
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of KV, these two are used
    const namespace = kv as unknown as KVNamespace
    await putConfigCopy(namespace, CONFIG, 60_000)
    expect(await getConfigCopy(namespace)).toEqual({ format: FORMAT, ...CONFIG })
  })

  it('is a miss wherever it is cut off', () => {
    const text = configText()
    for (let end = 0; end < text.length; end++)
      expect(parseConfigCopy(text.slice(0, end)), `${end}`).toBeNull()
  })

  it.each([
    ['of the format before', configText({ format: 3 })],
    ['of a later format', configText({ format: 5 })],
    ['without plans', configText({ plans: undefined })],
    ['with plans that are no list', configText({ plans: {} })],
    ['with a plan that is nothing', configText({ plans: [null] })],
    ['with a plan without limits', planText({ limits: undefined })],
    ['with a plan without quotas', planText({ quotas: undefined })],
    ['with limits that are no list', planText({ limits: { 0: LIMIT } })],
    ['with quotas that are a text', planText({ quotas: 'monthly' })],
    ['with a limit that is nothing', planText({ limits: [null] })],
    ['with a limit that is a list', planText({ limits: [[LIMIT]] })],
    ['with a limit without a name', limitText({ name: undefined })],
    ['with a limit that is a text', limitText({ limit: '5' })],
    ['with a fractional limit', limitText({ limit: 0.5 })],
    ['with a limit past 2^53', limitText({ limit: 2 ** 53 })],
    ['with a limit without a period', limitText({ periodSeconds: undefined })],
    ['with a limit without a burst', limitText({ burst: null })],
    ['with a limit of nobody', limitText({ per: undefined })],
    ['with a limit below 0', limitText({ limit: -1 })],
    ['with a limit in no time', limitText({ periodSeconds: 0 })],
    ['with a burst below 0', limitText({ burst: -1 })],
    ['with a limit that is counted in an unknown way', limitText({ algorithm: 'window' })],
    ['with a limit of an unknown subject', limitText({ per: 'team' })],
    ['with a quota of an unknown period', quotaText({ period: 'decade' })],
    ['with credits that are none', quotaText({ refill: 0 })],
    ['with a quota that is a number', planText({ quotas: [9] })],
    ['with a quota without a limit', quotaText({ limit: undefined })],
    ['with a quota without a period', quotaText({ period: undefined })],
    ['with a quota without a word about credits', quotaText({ refill: undefined })],
    ['with credits that are a text', quotaText({ refill: '3' })],
    ['with a quota of nobody', quotaText({ per: 5 })],
    [
      'with a route that does not say its limits',
      configText({ routes: [{ ...routeFacts(), limits: undefined }] }),
    ],
    ['with a route whose limits are a text', configText({ routes: [{ ...routeFacts(), limits: 'burst' }] })],
    ['with a route whose limits are numbers', configText({ routes: [{ ...routeFacts(), limits: [1] }] })],
    [
      'with a format that is a text',
      configText({ settings: { ...CONFIG.settings, legacyFormats: ['old_'] } }),
    ],
    ['without formats', configText({ settings: { ...CONFIG.settings, legacyFormats: undefined } })],
    ['with a format without a prefix', formatText({ prefix: undefined })],
    ['with a format of an unknown alphabet', formatText({ alphabet: 'base58' })],
    ['with a format that does not say its alphabet', formatText({ alphabet: undefined })],
    ['with a format whose length is a text', formatText({ length: '8' })],
    ['with a format that does not say its sunset', formatText({ sunsetAtMs: undefined })],
    ['with a format that is deprecated at a text', formatText({ deprecatedAtMs: '2026-11-01' })],
    [
      'without the fields that answers carry',
      configText({ settings: { ...CONFIG.settings, rateLimitFields: undefined } }),
    ],
  ])('is a miss %s', (_, text) => {
    expect(parseConfigCopy(text)).toBeNull()
  })
})

describe('a copy of a key', () => {
  it('is what was put', () => {
    expect(parseKeyCopy(keyText(), 'h')).toEqual({ ...STAMP, hash: 'h', key: keyFacts() })
  })

  it.each([
    ['of the format before', keyText({}, 3)],
    ['without a time zone', keyText({ timeZone: undefined })],
    ['with a time zone that is none', keyText({ timeZone: null })],
    ['that was bound to a format', keyText({ window: { fields: [], refusal: null } })],
    ['without an anniversary', keyText({ anniversaryMs: undefined })],
    ['with an anniversary that is a text', keyText({ anniversaryMs: '2026-11-01' })],
  ])('is a miss %s', (_, text) => {
    expect(parseKeyCopy(text, 'h')).toBeNull()
  })
})
