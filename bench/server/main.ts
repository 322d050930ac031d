import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { finalsOf, now } from '../messages.ts'
import type { Fault, Plan } from '../protocol.ts'
import { Channels } from './Channel.ts'
import { Outpost } from './Outpost.ts'
import { Player } from './Player.ts'
import { serveEvents } from './serveEvents.ts'
import { servePage } from './servePage.ts'
import { servePoll } from './servePoll.ts'
import { serveSockets } from './serveSockets.ts'

const [, , folder = ''] = process.argv
const channels = new Channels()
const players = new Map<string, Player>()
const outposts = new Map<string, Outpost>()

/** Actions by the first part of a path. The rest is a name; the result is the JSON response. */
const actions: Readonly<Record<string, (name: string, request: IncomingMessage) => unknown>> = {
  clock: () => now(),
  async play(name, request) {
    const plan = (await json(request)) as Plan
    const named = Array.from({ length: plan.connections }, (_, index) => channels.get(`${name}.${index}`))
    const player = new Player(plan, named)
    players.set(name, player)
    await player.play()
    return finalsOf(plan)
  },
  /** Ends a play, and returns the number of messages sent. */
  stop(name) {
    const player = players.get(name)
    player?.stop()
    return player?.sent
  },
  /** How many connections a run has. */
  connections: name => channels.get(`${name}.0`).listeners,
  /** Opens a port for one run. */
  async outpost(name) {
    const outpost = new Outpost(channels)
    outposts.set(name, outpost)
    return { port: await outpost.open() }
  },
  /** Returns how long the page took to reconnect after it could (ms). */
  async fault(name, request) {
    const isBack = channels.get(`${name}.0`).joined()
    await outposts.get(name)?.suffer((await json(request)) as Fault)
    const start = performance.now()
    await isBack
    return performance.now() - start
  },
  leave(name) {
    outposts.get(name)?.close()
    outposts.delete(name)
  },
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const [, first = '', name = ''] = pathname.split('/')
  if (first === 'events') return serveEvents(channels.get(name), response)
  if (first === 'poll') return servePoll(name === 'validated', request, response)
  if (!Object.hasOwn(actions, first)) return servePage(pathname, folder, response)
  const result = await actions[first]?.(name, request)
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result ?? null))
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.writeHead(500).end(String(error))
  })
})
serveSockets(server, channels)
server.listen(0, '127.0.0.1', () => {
  process.send?.((server.address() as AddressInfo).port)
})
process.on('disconnect', () => process.exit())
