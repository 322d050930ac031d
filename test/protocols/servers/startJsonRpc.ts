import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { JSONRPCErrorException, JSONRPCServer } from 'json-rpc-2.0'
import { type WebSocket, WebSocketServer } from 'ws'
import { startServer } from '../support.tsx'
import { startTopics } from './startTopics.ts'

/** A JSON-RPC server that names subscriptions by numbers, and notifies as Ethereum's nodes do. */
export async function startJsonRpc() {
  const prices = startTopics()
  const tokens = new Set<string | null>(['secret'])
  const sockets = new Set<WebSocket>()
  const notified: unknown[] = []
  let tickets = 0
  let subscriptions = 0
  const running = await startServer(createServer())
  const rpc = new JSONRPCServer<{
    notify(method: string, params: unknown): void
    ends: Map<number, () => void>
  }>({
    errorListener: () => undefined,
  })
  rpc.addMethod('add', ([left, right]: [number, number]) => left + right)
  rpc.addMethod('fail', () => {
    throw new JSONRPCErrorException('It broke.', 4, { part: 'pump' })
  })
  // The later of equal calls is answered first.
  rpc.addMethod('ticket', async () => {
    const ticket = ++tickets
    await setTimeout(200 / ticket)
    return ticket
  })
  rpc.addMethod('log', params => void notified.push(params))
  rpc.addMethod('eth_subscribe', ([symbol]: [string], { notify, ends }) => {
    if (symbol === 'XYZ') throw new JSONRPCErrorException('No such symbol.', 1)
    // The first two get the numbers that the calls of each other have.
    const subscription = ++subscriptions ^ 3
    const tell = (result: number) => notify('eth_subscription', { subscription, result })
    setImmediate(() => ends.set(subscription, prices.subscribe(symbol, tell)))
    return subscription
  })
  rpc.addMethod('eth_unsubscribe', ([subscription]: [number], { ends }) => {
    ends.get(subscription)?.()
    return true
  })

  new WebSocketServer({ server: running.server }).on('connection', (socket, { url = '' }) => {
    if (!tokens.has(new URL(url, running.http).searchParams.get('token'))) return socket.close(4401)
    sockets.add(socket)
    const notify = (method: string, params: unknown) =>
      socket.send(JSON.stringify({ jsonrpc: '2.0', method, params }))
    const ends = new Map<number, () => void>()
    socket.on('close', () => {
      sockets.delete(socket)
      ends.forEach(end => end())
    })
    socket.on('message', (data: Buffer) => {
      void rpc.receiveJSON(data.toString(), { notify, ends }).then(response => {
        if (response) socket.send(JSON.stringify(response))
      })
    })
  })
  const say = (frame: unknown) => sockets.forEach(socket => socket.send(JSON.stringify(frame)))
  return { ...running, prices, tokens, notified, say }
}
