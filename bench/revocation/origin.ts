// The origin that the probed gateways share: a process of its own that remembers when a request of each key last arrived.
// What arrived was admitted before.
import { createServer } from 'node:http'

const lastArrivals = new Map<string, number>()

const server = createServer((request, response) => {
  const keyId = request.headers['x-consumer-key-id']
  if (typeof keyId === 'string') lastArrivals.set(keyId, Date.now())
  response.writeHead(200, { 'content-length': 2 }).end('ok')
})
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object') process.send?.(address?.port)
})

process.on('message', () => process.send?.(Object.fromEntries(lastArrivals)))
process.once('disconnect', () => process.exit())
