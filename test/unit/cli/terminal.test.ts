// Prompts: what is typed is hidden from the first moment that anybody can answer.
import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { readSecret, type Terminal } from '../../../src/cli/terminal.ts'

describe('a secret that is typed', () => {
  it('is hidden before it is asked for, and the terminal is given back as it was', async () => {
    const order: string[] = []
    const stdin = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (raw: boolean) => order.push(raw ? 'hidden' : 'shown'),
    })
    const stderr = new Writable({
      write: (chunk, _, done) => {
        order.push(String(chunk))
        done()
      },
    })
    const terminal: Terminal = { stdin, stdout: new PassThrough(), stderr, env: {}, fetch }
    const read = readSecret(terminal, 'Token')
    stdin.write('typed\r')
    expect(await read).toBe('typed')
    expect(order).toEqual(['hidden', 'Token: ', 'shown', '\n'])
  })
})
