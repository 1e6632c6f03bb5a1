// The OpenAPI document is one that tools take: both linters that are in use find nothing in it, under the rules that they recommend.
import { readFileSync } from 'node:fs'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import spectral from '@stoplight/spectral-core'
import rulesets from '@stoplight/spectral-rulesets'
import { describe, expect, it } from 'vitest'
import { operationsOf } from '../../../src/control/api-document.ts'
import { controlDocument } from '../../../src/control/app.ts'

const document = controlDocument()
const operations = operationsOf(document)
const text = JSON.stringify(document)
const label = ({ method, path }: (typeof operations)[number]) => `${method} ${path}`

describe('linters', () => {
  it('of Redocly find nothing', async () => {
    // What takes no credential and no input refuses nobody: there is no 4xx to tell.
    const config = await createConfig({
      extends: ['recommended'],
      rules: { 'operation-4xx-response': 'off' },
    })
    const problems = await lintFromString({ source: text, config })
    expect(problems.map(({ ruleId, message, location: [at] }) => [ruleId, message, at?.pointer])).toEqual([])
  })

  it('of Spectral find nothing', async () => {
    const linter = new spectral.Spectral()
    linter.setRuleset(new spectral.Ruleset({ extends: [[rulesets.oas, 'recommended']] }))
    const problems = await linter.run(JSON.parse(text))
    expect(problems.map(({ code, message, path }) => [code, message, path.join('/')])).toEqual([])
  })
})

describe('every operation', () => {
  it('has a name of its own, that is a name in any language', () => {
    const ids = operations.map(({ operation }) => operation.operationId ?? '')
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => !/^[a-z][A-Za-z]+$/.test(id))).toEqual([])
    expect(ids).toEqual(
      expect.arrayContaining([
        'listKeys',
        'createKey',
        'getKey',
        'rotateKey',
        'completeRotationOfKey',
        'getUsageOfKey',
        'updateSettings',
        'listAuditEvents',
        'createPortalSession',
        'invalidateFeed',
      ]),
    )
  })

  it('says in words what its caller must be allowed', () => {
    for (const described of operations) {
      const { operation } = described
      const permission: unknown = Reflect.get(operation, 'x-permission')
      const own = permission === 'none' ? 'no permission' : JSON.stringify(permission)?.replaceAll('"', '`')
      expect(operation.description, label(described)).toContain(own ?? 'Open')
    }
  })

  it('says of each header of writes that it takes how it is refused for it', () => {
    for (const described of operations) {
      const { parameters = [], responses = {} } = described.operation
      const takes = (header: string) => parameters.some((given) => 'name' in given && given.name === header)
      const said = JSON.stringify(responses)
      expect(said.includes('`idempotency_in_progress`'), label(described)).toBe(takes('Idempotency-Key'))
      if (described.path.includes('{id}'))
        expect(said.includes('`precondition_failed`'), label(described)).toBe(takes('If-Match'))
    }
  })

  it('has a summary of one sentence, and a heading that the document knows', () => {
    const known = document.tags?.map(({ name }) => name)
    for (const described of operations) {
      expect(described.operation.summary, label(described)).not.toMatch(/\.( |$)/)
      expect(known, label(described)).toEqual(expect.arrayContaining(described.operation.tags ?? []))
    }
  })

  it('shows an example of each JSON body that it takes or answers with', () => {
    for (const described of operations) {
      const { requestBody, responses } = described.operation
      const taken = requestBody !== undefined && 'content' in requestBody ? [requestBody] : []
      const answered = Object.entries<(typeof taken)[number]>(responses ?? {})
        .filter(([status]) => status.startsWith('2'))
        .map(([, response]) => response)
      for (const { content } of [...taken, ...answered])
        if (content?.['application/json'] !== undefined)
          expect(content['application/json'].example, label(described)).toBeDefined()
    }
  })
})

it('shows no failure in the example of a success', () => {
  for (const described of operations) {
    const { 200: answered } = described.operation.responses ?? {}
    const shown = JSON.stringify(answered ?? {})
    expect(shown, label(described)).not.toMatch(
      /"(?:reached|valid)":true[^}]*"(?:failure|code)":"|"status":1[,}]/,
    )
  }
})

it('stands in docs/ as it is served: else run `npm run docs`', () => {
  expect(JSON.parse(readFileSync('docs/openapi.json', 'utf8'))).toEqual(JSON.parse(text))
})
