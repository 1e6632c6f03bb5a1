import { describe, expect, it } from 'vitest'
import { parseOptions } from '../../../../tools/start/options.ts'

describe('parseOptions', () => {
  it('has a default for everything', () => {
    expect(parseOptions([])).toEqual({
      ok: true,
      value: {
        port: 8787,
        originPort: null,
        origin: null,
        stateDir: '.latchkey',
        demo: 'seed',
        output: 'text',
      },
    })
  })

  it('reads every option', () => {
    const args = ['--port', '0', '--origin-port=9001', '--state', '/tmp/a b', '--json']
    expect(parseOptions(args)).toMatchObject({
      ok: true,
      value: { port: 0, originPort: 9001, stateDir: '/tmp/a b', output: 'json' },
    })
    expect(parseOptions(['--no-demo', '--origin', 'http://localhost:3000/v1/'])).toMatchObject({
      ok: true,
      value: { demo: 'bare', origin: 'http://localhost:3000/v1' },
    })
  })

  it('prefers help to everything but a wrong argument', () => {
    expect(parseOptions(['--port', 'x', '--help'])).toEqual({ ok: true, value: 'help' })
    expect(parseOptions(['--helpp'])).toMatchObject({ ok: false })
  })

  it.each<[args: string[], sentence: RegExp]>([
    [['--prot', '1'], /^Unknown option '--prot'; `npm start -- --help` lists the options\.$/],
    [['8080'], /^Unexpected argument '8080'/],
    [['--port'], /'--port <value>' argument missing/],
    [['--json=yes'], /'--json' does not take an argument/],
    [['--port', '65536'], /^--port takes a port from 0 to 65535, not "65536"\.$/],
    [['--port', '-1'], /'--port' argument is ambiguous/],
    [['--port', '80a'], /not "80a"/],
    [['--port', ''], /not ""/],
    [['--origin-port', '1e3'], /^--origin-port takes a port/],
    [['--port', '9000', '--origin-port', '9000'], /both 9000/],
    [['--origin', 'api.example.com'], /^--origin is not an absolute URL/],
    [['--origin', 'http://192.168.0.1'], /^--origin must begin with https/],
    [['--origin', 'https://u:p@example.com'], /^--origin must not contain credentials/],
    [
      ['--origin', 'http://127.0.0.1:1', '--origin-port', '2'],
      /^--origin-port is the port of the demo origin/,
    ],
    [['--no-demo', '--origin-port', '2'], /^--origin-port is the port of the demo origin/],
    [['--state', ''], /^--state takes/],
  ])('refuses %j in one sentence', (args, sentence) => {
    const parsed = parseOptions(args)
    expect(parsed.ok ? '' : parsed.error).toMatch(sentence)
    expect(parsed.ok ? '' : parsed.error).toMatch(/^[^\n]+\.$/)
  })
})
