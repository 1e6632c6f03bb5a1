// The origin of every subject: a process of its own that answers 1 KiB of JSON and does nothing else. It listens on a
// free loopback port, sends that port to the process that forked it, and ends with it.
import { createServer } from 'node:http'

const EMPTY = JSON.stringify({ data: '' })
const BODY = JSON.stringify({ data: 'x'.repeat(1024 - EMPTY.length) })

const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': BODY.length })
  response.end(BODY)
})
// workerd keeps its connections for the next request; an origin that closes them between two rounds would race with it.
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object') process.send?.(address?.port)
})

// The channel is the leash: it closes when the parent ends, even by SIGKILL.
process.once('disconnect', () => process.exit())
