import { createServer } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { LocalFile } from '../../../../tools/start/local-file.ts'
import type { StartOptions } from '../../../../tools/start/options.ts'
import { planOrigin, wantedPorts } from '../../../../tools/start/origin-plan.ts'
import { findPorts } from '../../../../tools/start/ports.ts'

const OPTIONS: StartOptions = {
  port: 8787,
  originPort: null,
  origin: null,
  stateDir: '.latchkey',
  demo: 'seed',
  output: 'text',
}

function knownFile(origin_url: string): LocalFile {
  const none = { gateway_url: null, control_url: null, admin_token: null, key: null, key_id: null }
  return { ...none, organization_id: null, project_id: null, origin_url }
}

describe('planOrigin', () => {
  it('takes the default port at first', () => {
    expect(planOrigin(OPTIONS, null)).toEqual({ kind: 'demo', port: 8788, portIs: 'default' })
  })

  it('takes the port that this state folder knows, also when any would do', () => {
    const known = knownFile('http://127.0.0.1:9001')
    const expected = { kind: 'demo', port: 9001, portIs: 'remembered' }
    expect(planOrigin(OPTIONS, known)).toEqual(expected)
    expect(planOrigin({ ...OPTIONS, originPort: 0 }, known)).toEqual(expected)
  })

  it('takes the port that was asked for before the one it knows', () => {
    const plan = planOrigin({ ...OPTIONS, originPort: 9002 }, knownFile('http://127.0.0.1:9001'))
    expect(plan).toEqual({ kind: 'demo', port: 9002, portIs: 'asked' })
  })

  it('takes any free port when asked for 0', () => {
    expect(planOrigin({ ...OPTIONS, originPort: 0 }, null)).toMatchObject({ port: 0 })
  })

  it('does not take an origin elsewhere for a port of its own', () => {
    expect(planOrigin(OPTIONS, knownFile('https://api.example.com:8443'))).toMatchObject({ port: 8788 })
  })

  it('leaves the demo origin out for another one, and without a demo', () => {
    const origin = 'https://api.example.com'
    expect(planOrigin({ ...OPTIONS, origin }, null)).toEqual({ kind: 'given', url: origin })
    expect(planOrigin({ ...OPTIONS, origin, demo: 'bare' }, null)).toEqual({ kind: 'given', url: origin })
    expect(planOrigin({ ...OPTIONS, demo: 'bare' }, null)).toEqual({ kind: 'none' })
  })
})

describe('findPorts', () => {
  it('finds distinct free ports', async () => {
    const [first, second] = await findPorts(wantedPorts(0, { kind: 'demo', port: 0, portIs: 'default' }))
    expect(first).toBeGreaterThan(0)
    expect(second).toBeGreaterThan(0)
    expect(first).not.toBe(second)
  })

  it('says whose port is taken and what to do instead', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await expect(findPorts(wantedPorts(port, { kind: 'none' }))).rejects.toThrow(
      `Port ${port} for the gateway is taken: stop what listens there, or choose another with --port.`,
    )
    const remembered = { kind: 'demo', port, portIs: 'remembered' } as const
    await expect(findPorts(wantedPorts(0, remembered))).rejects.toThrow(
      `use it with --origin http://127.0.0.1:${port}`,
    )
    taken.close()
  })
})
