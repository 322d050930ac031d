import type { Clock } from '../../src/core/platform.ts'
import type { PortLike } from '../../src/core/portMessages.ts'
import type { SharedWorkerLike } from '../../src/core/workerLink.ts'
import { createHub, type Hub } from '../../src/worker/hub.ts'
import { FakeLocks } from '../support/fakeLocks.ts'
import type { TabsServer } from './tabsServer.ts'

/** The line between a tab and a worker. What was sent waits in it. */
export class Line {
  readonly toWorker: unknown[] = []
  readonly toTab: unknown[] = []
  /** The end of the worker. */
  port: PortLike | undefined
  readonly worker: SharedWorkerLike = {
    port: { postMessage: message => void this.toWorker.push(structuredClone(message)), onmessage: null },
    onerror: null,
  }

  passToWorker(count: number): void {
    for (const data of this.toWorker.splice(0, count)) this.port?.onmessage?.({ data } as never)
  }

  passToTab(count: number): void {
    for (const data of this.toTab.splice(0, count)) this.worker.port.onmessage?.({ data } as never)
  }
}

interface WorkerParts {
  clock: Clock
  random(): number
  server: TabsServer
}

/** The shared worker of a few tabs, with its hub. It can be killed, hang, and start over behind its ports. */
export class TabsWorker {
  readonly locks = new FakeLocks()
  isHanging = false
  readonly #parts: WorkerParts
  #hub: Hub
  #identity = {}
  #lines: Line[] = []

  constructor(parts: WorkerParts) {
    this.#parts = parts
    this.#hub = this.#start()
  }

  connect(): Line {
    const line = new Line()
    this.#lines.push(line)
    this.#accept(line)
    return line
  }

  /** The next line starts another one. */
  kill(): void {
    const gone = this.#identity
    this.#lines = []
    this.isHanging = false
    this.#hub = this.#start()
    this.locks.end(gone)
  }

  /** As WebKit does it: a fresh worker takes over the ports. */
  restart(): void {
    if (this.isHanging) return
    this.#hub = this.#start()
    this.#lines.forEach(line => this.#accept(line))
  }

  #start(): Hub {
    const { clock, random, server } = this.#parts
    const own = (this.#identity = {})
    server.endSocketsOf('worker')
    return createHub({
      ...{ clock, random, locks: this.locks.of(own) },
      fetch: () => Promise.reject(new Error('Only sockets are used.')),
      webSocket: () => server.socketClass('worker'),
    })
  }

  #accept(line: Line): void {
    const hub = this.#hub
    const isSilent = () => this.isHanging || hub !== this.#hub
    const port: PortLike = {
      onmessage: null,
      postMessage: message => {
        if (!isSilent()) line.toTab.push(structuredClone(message))
      },
    }
    hub.connect(port)
    line.port = {
      postMessage: () => undefined,
      onmessage: (event: never) => {
        if (!isSilent()) port.onmessage?.(event)
      },
    }
  }
}
