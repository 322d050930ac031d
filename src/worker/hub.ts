import type { Clock, TimerHandle } from '../core/platform.ts'
import {
  type LocksLike,
  type PageMessage,
  PORT_VERSION,
  type PortLike,
  type WorkerMessage,
} from '../core/portMessages.ts'
import type { WebSocketConstructor } from '../core/socketTransport.ts'
import type { FetchLike } from '../core/transport.ts'
import { Channel, type Member, type OpenMessage } from './channel.ts'
import { createFetchSource } from './fetchSource.ts'
import { createSocketSource } from './socketSource.ts'
import type { OpenSource } from './sources.ts'

/** What a hub needs from the worker. */
export interface HubOptions {
  clock: Clock
  random(): number
  locks: LocksLike
  fetch: FetchLike
  webSocket(): WebSocketConstructor | undefined
}

/** The connections of all pages. */
export interface Hub {
  /** A page has connected. */
  connect(port: PortLike): void
  /** The policy of the worker has refused a connection. From now on, pages open their own. */
  block(): void
}

/** How long the last frames of an unused connection are kept (ms). */
const KEPT = 60_000

/** Creates the hub of a worker. */
export function createHub(options: HubOptions): Hub {
  const { clock, locks, random } = options
  const hub = `realtime-${random().toString(36).slice(2)}`
  let openings = 0
  const nextOpening = () => ++openings
  const channels = new Map<string, Channel>()
  const openSocket = createSocketSource(options.webSocket)
  const openFetch = createFetchSource(options.fetch)
  const openSource: OpenSource = (request, sink) =>
    request.kind === 'socket' ? openSocket(request, sink) : openFetch(request, sink)
  const isHeld = hold(locks, hub)
  let isBlocked = false
  const kept = new Map<Channel, TimerHandle>()

  function channelOf({ key }: OpenMessage): Channel {
    const known = channels.get(key)
    if (known) {
      clock.clearTimeout(kept.get(known))
      kept.delete(known)
      return known
    }
    const forget = () => {
      kept.delete(channel)
      if (channels.get(key) === channel) channels.delete(key)
    }
    const channel = new Channel({
      ...{ hub, clock, openSource, nextOpening },
      onClosed() {
        if (channel.isUsed || !channel.canResume) forget()
        else if (channels.get(key) === channel) kept.set(channel, clock.setTimeout(forget, KEPT))
      },
    })
    channels.set(key, channel)
    return channel
  }

  return {
    connect(port) {
      const page = new Page(port, locks, message => (isBlocked ? undefined : channelOf(message)))
      port.onmessage = ({ data }: { data: PageMessage }) => page.receive(data)
      void isHeld.then(() => page.post({ kind: 'hello', version: PORT_VERSION, hub, lock: hub }))
    },
    block() {
      isBlocked = true
      for (const channel of channels.values()) channel.block()
    },
  }
}

/** Pages request this lock and get it when the worker has gone. So the worker must hold it before it says hello. */
function hold(locks: LocksLike, lock: string): Promise<void> {
  return new Promise(resolve => {
    void locks.request(lock, () => {
      resolve()
      return new Promise<void>(() => undefined)
    })
  })
}

/** One page, and the connections that it uses. */
class Page {
  readonly #port: PortLike
  readonly #locks: LocksLike
  readonly #channelOf: (message: OpenMessage) => Channel | undefined
  readonly #members = new Map<number, { member: Member; channel: Channel }>()
  #lock = ''

  constructor(port: PortLike, locks: LocksLike, channelOf: (message: OpenMessage) => Channel | undefined) {
    this.#port = port
    this.#locks = locks
    this.#channelOf = channelOf
  }

  post(message: WorkerMessage): void {
    this.#port.postMessage(message)
  }

  receive(message: PageMessage): void {
    switch (message.kind) {
      case 'ping':
        return this.post({ kind: 'pong' })
      case 'join':
        return this.#join(message.lock)
      case 'open':
        return this.#open(message)
      default: {
        const { member, channel } = this.#members.get(message.attempt) ?? {}
        if (member) channel?.receive(member, message)
        if (message.kind === 'close') this.#members.delete(message.attempt)
      }
    }
  }

  /** The page holds the lock. When the worker gets it, the page uses nothing any more, or has gone. */
  #join(lock: string): void {
    this.#lock = lock
    void this.#locks.request(lock, () => {
      if (this.#lock !== lock) return
      for (const { member, channel } of this.#members.values()) channel.leave(member)
      this.#members.clear()
    })
  }

  #open(message: OpenMessage): void {
    const channel = this.#channelOf(message)
    if (!channel) return this.post({ kind: 'blocked' })
    const { request, ...open } = message
    const post: Member['post'] = message => {
      this.post(message)
      if (message.kind === 'closed') this.#members.delete(message.attempt)
    }
    const member: Member = { open, request, post }
    this.#members.set(open.attempt, { member, channel })
    channel.join(member)
  }
}
