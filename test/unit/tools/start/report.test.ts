import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { Running } from '../../../../tools/start/bring-up.ts'
import { readAnswer, keyIsInvalid } from '../../../../tools/start/readiness.ts'
import { quote, renderReport } from '../../../../tools/start/report.ts'
import { stateFolderAt } from '../../../../tools/start/state-folder.ts'

const RUNNING: Running = {
  local: {
    gateway_url: 'http://127.0.0.1:8787',
    control_url: 'http://127.0.0.1:8787',
    origin_url: 'http://127.0.0.1:8788',
    admin_token: 'the-admin-token',
    key: 'lk_live_secret',
    key_id: 'key_1',
    organization_id: 'org_1',
    project_id: 'prj_1',
  },
  keyIs: 'new',
  demoPath: '/anything/hello',
}

function report(change: Partial<Running>): string {
  return renderReport({ ...RUNNING, ...change }, stateFolderAt('/state'), '/checkout/.dev.vars')
}

describe('renderReport', () => {
  it('shows a new key with a request to paste', () => {
    expect(report({})).toContain('lk_live_secret (shown this once)')
    expect(report({})).toContain(
      `  curl -H "Authorization: Bearer lk_live_secret" http://127.0.0.1:8787/anything/hello\n`,
    )
  })

  it('does not show a known key again', () => {
    const text = report({ keyIs: 'known' })
    expect(text).not.toContain('lk_live_secret')
    expect(text).toContain('in /state/local.json')
    expect(text).toContain(`$(node -p 'require(process.argv[1]).key' /state/local.json)`)
  })

  it('never shows the admin token', () => {
    expect(report({})).not.toContain('the-admin-token')
  })

  it('offers no request when there is no demo', () => {
    const absent = { key: null, key_id: null, organization_id: null, project_id: null, origin_url: null }
    const text = report({ local: { ...RUNNING.local, ...absent }, demoPath: null })
    expect(text).not.toMatch(/curl|Key|Origin|null/)
  })
})

describe('quote', () => {
  it.each(['/plain/path.json', '/with space', `/it's "here"`, '/$HOME/`id`', '/a\\b', ''])(
    'gives the shell %j back as it is',
    (text) => {
      expect(execFileSync('sh', ['-c', `printf %s ${quote(text)}`], { encoding: 'utf8' })).toBe(text)
    },
  )
})

describe('readAnswer', () => {
  const ours = JSON.stringify({
    type: 'http://h/_latchkey/errors#key_revoked',
    code: 'key_revoked',
    detail: 'd',
  })

  it('knows the refusals of this gateway', () => {
    expect(readAnswer(401, ours)).toEqual({ status: 401, code: 'key_revoked', detail: 'd' })
    expect(keyIsInvalid(readAnswer(401, ours))).toBe(true)
  })

  it.each(['', 'null', '[]', '{"type":"https://api.example.com/errors#x","code":"x"}', '<html>'])(
    'takes %j for an answer of the origin',
    (body) => {
      expect(readAnswer(401, body).code).toBeNull()
      expect(keyIsInvalid(readAnswer(401, body))).toBe(false)
    },
  )
})
