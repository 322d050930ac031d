import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import {
  type Clock,
  createEmitter,
  type Platform,
  type PlatformEvent,
  systemClock,
} from '../../src/core/platform.ts'
import type { ConnectionEvent } from '../../src/core/events.ts'
import type { PortLike } from '../../src/core/portMessages.ts'
import type { WebSocketConstructor } from '../../src/core/socketTransport.ts'
import type { FetchLike } from '../../src/core/transport.ts'
import { WorkerLink } from '../../src/core/workerLink.ts'
import type { Share } from '../../src/core/sharedUse.ts'
import { createHub } from '../../src/worker/hub.ts'
import { FakeLocks } from './fakeLocks.ts'

/** The messages of one page: those that it sent to the worker, those that it received, and all in their order. */
export interface Traffic {
  all: unknown[]
  sent: unknown[]
  received: unknown[]
}

export const emptyTraffic = (): Traffic => ({ all: [], sent: [], received: [] })

/** A page that uses the worker. */
export interface HostedPage {
  share: Share
  events: ConnectionEvent[]
  traffic: Traffic
  setHidden(isHidden: boolean): void
  /** The page is closed or killed: nothing of it runs any more. */
  end(): void
}

interface HostOptions {
  clock?: Clock
  webSocket?: WebSocketConstructor
  fetch?: FetchLike
}

/** A shared worker with its pages, in one thread: the ports and what crosses them are real. */
export function startWorkerHost({
  clock = systemClock,
  webSocket = WebSocket,
  fetch: send,
}: HostOptions = {}) {
  const locks = new FakeLocks()
  const ports: MessagePort[] = []
  let workerPorts: MessagePort[] = []
  let worker = {}
  let isMute = false
  const start = () => {
    const own = (worker = {})
    return createHub({
      ...{ clock, random: Math.random, locks: locks.of(own), webSocket: () => webSocket },
      fetch: send ?? ((url, init) => fetch(url, init)),
    })
  }
  let hub = start()
  onTestFinished(() => ports.forEach(port => port.close()))

  /** Connects a page to the worker that runs now. */
  function connect(traffic: Traffic) {
    const channel = new MessageChannel()
    ports.push(channel.port1, channel.port2)
    workerPorts.push(channel.port2)
    accept(channel.port2)
    return { port: record(channel.port1, traffic), onerror: null }
  }

  function accept(port: MessagePort) {
    const host = hub
    host.connect(wrap(port, () => isMute || host !== hub))
  }

  return {
    locks,
    /** The worker is gone. The next page that connects starts another one. */
    kill() {
      const gone = worker
      workerPorts = []
      hub = start()
      locks.end(gone)
    },
    /** A fresh worker takes over the ports, as in WebKit. */
    restart() {
      hub = start()
      workerPorts.forEach(accept)
    },
    /** The policy of the worker refuses a connection. */
    block: () => hub.block(),
    /** The worker hangs: it keeps its lock, and nothing reaches it. */
    hang: () => void (isMute = true),
    /** What the page itself creates, where it finds the globals of a page. */
    create: (traffic: Traffic = emptyTraffic()) => connect(traffic),
    openPage(key = 'key', isSlowWhenHidden = true): HostedPage {
      const page = {}
      const events: ConnectionEvent[] = []
      const traffic = emptyTraffic()
      const hints = createEmitter<PlatformEvent>()
      let isHidden = false
      const platform: Platform = {
        isHidden: () => isHidden,
        isOnline: () => true,
        subscribe: hints.subscribe,
      }
      const link = new WorkerLink({
        ...{ clock, random: Math.random },
        create: () => connect(traffic),
        locks: () => locks.of(page),
      })
      return {
        share: {
          ...{ link, key, platform, lastId: 0 },
          isSlowWhenHidden: () => isSlowWhenHidden,
          report: event => void events.push(event),
        },
        ...{ events, traffic },
        setHidden(hidden) {
          isHidden = hidden
          hints.emit(hidden ? 'hidden' : 'visible')
        },
        end: () => locks.end(page),
      }
    },
  }
}

/** A port of the worker that is silent while the worker hangs, and after its end. */
function wrap(port: MessagePort, isSilent: () => boolean): PortLike {
  const wrapped: PortLike = {
    onmessage: null,
    postMessage: message => {
      if (!isSilent()) port.postMessage(message)
    },
  }
  port.onmessage = event => {
    if (!isSilent()) wrapped.onmessage?.(event as never)
  }
  return wrapped
}

function record(port: MessagePort, { all, sent, received }: Traffic): PortLike {
  const wrapped: PortLike = {
    onmessage: null,
    postMessage(message) {
      const copy = structuredClone(message)
      all.push(copy)
      sent.push(copy)
      port.postMessage(message)
    },
  }
  port.onmessage = event => {
    all.push(event.data)
    received.push(event.data)
    wrapped.onmessage?.(event as never)
  }
  return wrapped
}
