import { describe, expect, it } from 'vitest'
import { parseOptions } from '../../../../tools/deploy/options.ts'

describe('parseOptions', () => {
  it('deploys unless told otherwise', () => {
    expect(parseOptions([])).toEqual({ ok: true, value: { mode: 'deploy', url: null } })
    expect(parseOptions(['--dry-run'])).toEqual({ ok: true, value: { mode: 'dry-run', url: null } })
    expect(parseOptions(['--help'])).toEqual({ ok: true, value: 'help' })
  })

  it('takes the origin of an address', () => {
    expect(parseOptions(['--url', 'https://API.example.com/path?q'])).toMatchObject({
      value: { url: 'https://api.example.com' },
    })
  })

  it.each([['--url', 'http://example.com'], ['--url', 'example.com'], ['--uri', 'x'], ['now']])(
    'refuses %s %s in one sentence',
    (...args) => {
      const parsed = parseOptions(args.filter((arg) => arg !== undefined))
      expect(parsed.ok ? '' : parsed.error).toMatch(/^[^\n]+\.$/)
    },
  )
})
