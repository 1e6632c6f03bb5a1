// Finds out whether a port can be had before a child fails on it in words of its own.
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { codeOf, Refusal } from './refusal.ts'

export const LOOPBACK = '127.0.0.1'

export interface WantedPort {
  /** 0: any free one. */
  readonly port: number
  /** Who listens there, for the sentence. */
  readonly owner: string
  /** How to get another one. */
  readonly instead: string
}

/** @returns the ports in order, distinct, free at this moment */
export async function findPorts(wanted: readonly WantedPort[]): Promise<readonly number[]> {
  const held: Server[] = []
  try {
    // All are held until all are found: two wishes for any free port must not get the same one.
    for (const wish of wanted) held.push(await hold(wish))
    return held.map(portOf)
  } finally {
    await Promise.all(held.map(letGo))
  }
}

async function hold({ port, owner, instead }: WantedPort): Promise<Server> {
  const server = createServer()
  try {
    server.listen(port, LOOPBACK)
    await once(server, 'listening')
    return server
  } catch (thrown) {
    const code = codeOf(thrown)
    if (code === 'EADDRINUSE') throw new Refusal(`Port ${port} for ${owner} is taken: ${instead}.`)
    if (code === 'EACCES') throw new Refusal(`Port ${port} for ${owner} needs privileges: ${instead}.`)
    throw thrown
  }
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function letGo(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}

export function loopbackUrl(port: number): string {
  return `http://${LOOPBACK}:${port}`
}
