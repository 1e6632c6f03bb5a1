import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  findLocalFile,
  renderLocalFile,
  writeLocalFile,
  type LocalFile,
} from '../../../../tools/start/local-file.ts'

const FILE: LocalFile = {
  gateway_url: 'http://127.0.0.1:8787',
  control_url: 'http://127.0.0.1:8787',
  origin_url: null,
  admin_token: 'token',
  key: null,
  key_id: null,
  organization_id: null,
  project_id: null,
}

let dir: string
let path: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'latchkey-local-'))
  path = join(dir, 'local.json')
  return () => rmSync(dir, { recursive: true })
})

describe('local.json', () => {
  it('is read back as written, by its owner alone, with nothing left beside it', () => {
    writeLocalFile(path, FILE)
    expect(findLocalFile(path)).toEqual(FILE)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(dir)).toEqual(['local.json'])
  })

  it('replaces an open file with a closed one', () => {
    writeFileSync(path, '{}', { mode: 0o644 })
    writeLocalFile(path, FILE)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('is one line', () => {
    expect(renderLocalFile(FILE)).not.toContain('\n')
  })

  it('counts as lost when there is none', () => {
    expect(findLocalFile(path)).toBeNull()
  })

  it.each(['', '{', 'null', '[]', '{"gateway_url": 1}', JSON.stringify(FILE).slice(0, -20)])(
    'counts as lost when it says %j',
    (text) => {
      writeFileSync(path, text)
      expect(findLocalFile(path)).toBeNull()
    },
  )
})
