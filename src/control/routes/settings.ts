// /_latchkey/v1/settings: what the whole deployment shares. Its secrets are rotated here and shown nowhere.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { answerChanged } from '../change-answer.ts'
import type { ControlEnv } from '../deps.ts'
import { jsonBody, someBody } from '../json-body.ts'
import { answer, body, changeProblems, readProblems } from '../operation.ts'
import { needs } from '../needs.ts'
import { withoutVersion } from '../precondition.ts'
import { ChangedSettings, SecretRotation, Settings, SettingsPatch } from '../schemas/settings.ts'
import { changeSettings, findSettings, rotateSecret } from '../settings-changes.ts'
import { waitQuery } from '../wait.ts'

const PATH = '/_latchkey/v1/settings'

const get = createRoute({
  method: 'get',
  path: PATH,
  summary: 'Get the settings of the deployment',
  ...needs('settings:read'),
  responses: { 200: answer('The settings', Settings), ...readProblems() },
})

const update = createRoute({
  method: 'patch',
  path: PATH,
  summary: 'Change settings. What is not given stays',
  ...needs('settings:write', withoutVersion, jsonBody, someBody),
  request: { query: waitQuery, ...body(SettingsPatch) },
  responses: { 200: answer('Changed', ChangedSettings), ...changeProblems('conflict') },
})

const rotate = createRoute({
  method: 'post',
  path: `${PATH}/rotate-secret`,
  summary: 'Put a new secret in front of the ones in use',
  ...needs('settings:write', withoutVersion, jsonBody),
  request: { query: waitQuery, ...body(SecretRotation) },
  responses: { 200: answer('Rotated', ChangedSettings), ...changeProblems('conflict') },
})

export type SettingsEndpoints = typeof get | typeof update | typeof rotate

export function mountSettings(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(get, async (c) => c.json(await findSettings(c.env), 200))

  app.openapi(update, async (c) => {
    const changed = await changeSettings(c.env, c.var.principal, c.req.valid('json'), c.req.url)
    return answerChanged(c, changed, (view) => view)
  })

  app.openapi(rotate, async (c) => {
    const changed = await rotateSecret(c.env, c.var.principal, c.req.valid('json'))
    return answerChanged(c, changed, (view) => view)
  })
}
