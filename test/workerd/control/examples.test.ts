// The examples of the OpenAPI document are true: what it shows as a body is one that its endpoint takes.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { call } from './client.ts'
import { readEndpoints } from './openapi.ts'

const endpoints = await readEndpoints()
const shown = endpoints.flatMap(({ method, path, operation }) => {
  const example = operation.requestBody?.content['application/json']?.example
  return example === undefined ? [] : [[`${method} ${path}`, { method, path, example }] as const]
})

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

it.each(shown)('%s takes the body that is shown of it', async (_, { method, path, example }) => {
  const { status, text } = await call(path.replace('{id}', newId('key')), {
    method,
    json: example,
    headers: { origin: 'https://gateway.example.com' },
  })
  // The ids in it are nobody's, so what it asks for may be refused. Its form is right.
  expect([400, 405, 413, 415, 500, 503], text).not.toContain(status)
})

it('is shown of every endpoint that takes a body', () => {
  expect(shown.length).toBe(endpoints.filter(({ hasBody }) => hasBody).length)
})
