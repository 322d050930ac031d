import { connect, createServer } from 'node:net'

// The network between the balancer and a node: `node link.mjs <port> <port of the node>`. Stop this process, and nothing passes.
const [port, target] = process.argv.slice(2).map(Number)

createServer(incoming => {
  const outgoing = connect(target, '127.0.0.1')
  incoming.pipe(outgoing).pipe(incoming)
  incoming.on('error', () => outgoing.destroy()).on('close', () => outgoing.destroy())
  outgoing.on('error', () => incoming.destroy()).on('close', () => incoming.destroy())
}).listen(port, '127.0.0.1')
