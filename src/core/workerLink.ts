import { type Heartbeat, startHeartbeat } from './heartbeat.ts'
import type { Clock, TimerHandle } from './platform.ts'
import type { SharingReason } from './events.ts'
import {
  type AttemptMessage,
  type LocksLike,
  type PageMessage,
  PORT_VERSION,
  type WorkerMessage,
} from './portMessages.ts'

/** The part of a `SharedWorker` that is used here. */
export interface SharedWorkerLike {
  readonly port: {
    postMessage(message: unknown): void
    onmessage: ((event: never) => void) | null
  }
  onerror: ((event: never) => unknown) | null
}

/** What a link needs from its page. */
export interface WorkerLinkOptions {
  create(): SharedWorkerLike
  clock: Clock
  random(): number
  /** Returns `undefined` if there are no locks or no shared workers. Called at each attempt. */
  locks(): LocksLike | undefined
}

/** One use of a connection. */
export interface LinkedAttempt {
  receive(message: AttemptMessage): void
  /** The worker has gone, or cannot be used: see `unavailable`. */
  lost(): void
}

/**
 * A page that was busy reads messages late. So the worker has two steps of this length to say hello, and one more after it has
 * not replied to a ping in time (ms).
 */
const STEP = 1_000
/** The time between pings of an idle worker, and the time in which it must reply (ms). */
const CHECK_INTERVAL = 10_000
const CHECK_TIMEOUT = 5_000

/** A page's link to the worker. It connects at the first use. */
export class WorkerLink {
  /** Why the page cannot use the worker. It then never tries again. */
  unavailable: SharingReason | undefined
  readonly #options: WorkerLinkOptions
  #line: Line | undefined
  #lastAttempt = 0

  constructor(options: WorkerLinkOptions) {
    this.#options = options
  }

  /** Returns `undefined` if the worker cannot be used. */
  open(attempt: LinkedAttempt): { id: number; post(message: PageMessage): void } | undefined {
    const line = this.#connect()
    if (!line) return undefined
    const id = ++this.#lastAttempt
    line.add(id, attempt)
    const post = (message: PageMessage) => line.post(message)
    return { id, post }
  }

  #connect(): Line | undefined {
    const { create, locks } = this.#options
    if (this.unavailable) return undefined
    if (this.#line) return this.#line
    const available = locks()
    if (!available) {
      this.unavailable = 'unsupported'
      return undefined
    }
    try {
      const end = (reason?: SharingReason) => {
        this.unavailable ??= reason
        this.#line = undefined
      }
      this.#line = new Line(create(), available, { ...this.#options, onEnd: end })
    } catch {
      this.unavailable = 'blocked'
    }
    return this.#line
  }
}

interface LineParts extends WorkerLinkOptions {
  /** With a `reason`, the worker cannot be used. Without one, it has gone, and the page may create another. */
  onEnd(reason?: SharingReason): void
}

/** The connection to one worker. */
class Line {
  readonly #worker: SharedWorkerLike
  readonly #locks: LocksLike
  readonly #parts: LineParts
  readonly #attempts = new Map<number, LinkedAttempt>()
  /** Messages that wait until the page has joined. */
  #waiting: PageMessage[] = []
  #hub: string | undefined
  /** The lock of this page, and the function that releases it. */
  #lock = ''
  #release: (() => void) | undefined
  #heartbeat: Heartbeat | undefined
  /** Whether a reply to a ping is due. */
  #isAwaiting = false
  /** Runs while the worker may be hanging. */
  #suspicion: TimerHandle | undefined
  #isOver = false

  constructor(worker: SharedWorkerLike, locks: LocksLike, parts: LineParts) {
    this.#worker = worker
    this.#locks = locks
    this.#parts = parts
    worker.onerror = () => {
      if (this.#hub === undefined) this.#end('not-loaded')
    }
    worker.port.onmessage = ({ data }: { data: WorkerMessage }) => this.#receive(data)
    const { clock } = parts
    const check = (next: () => void) => () => {
      if (this.#hub === undefined) next()
    }
    const wait = (next: () => void) => void clock.setTimeout(check(next), STEP)
    wait(() => wait(() => this.#end('no-hello')))
  }

  add(id: number, attempt: LinkedAttempt): void {
    this.#attempts.set(id, attempt)
    if (this.#attempts.size === 1) this.#join()
  }

  post(message: PageMessage): void {
    if (this.#isOver) return
    if (this.#release) this.#worker.port.postMessage(message)
    else this.#waiting.push(message)
    if (message.kind === 'close') this.#remove(message.attempt, message.foundDead)
  }

  /**
   * Removing the last attempt releases the lock: the worker then knows that the page uses nothing. `isLate`: only after the worker
   * has answered, so that it reads the last message first.
   */
  #remove(id: number, isLate = false): void {
    if (!this.#attempts.delete(id) || this.#attempts.size > 0) return
    if (isLate && this.#heartbeat) this.#heartbeat.checkNow()
    else this.#leave()
  }

  #leave(): void {
    this.#lock = ''
    this.#waiting = []
    this.#release?.()
    this.#release = undefined
    if (!this.#isAwaiting) this.#rest()
  }

  /** Stops checking an unused worker. If a reply is due, wait for it first. */
  #rest(): void {
    this.#heartbeat?.stop()
    this.#heartbeat = undefined
  }

  /** Holds a lock while the page uses connections. Only once the page has it may the worker request it, too. */
  #join(): void {
    const { clock } = this.#parts
    if (this.#hub === undefined) return
    if (!this.#release) this.#hold(`${this.#hub}-${this.#parts.random().toString(36).slice(2)}`)
    this.#heartbeat ??= startHeartbeat(clock, {
      ...{ interval: CHECK_INTERVAL, timeout: CHECK_TIMEOUT },
      ping: () => this.#ping(),
      onDead: () => this.#suspect(),
    })
    // Check now: an attempt may time out before a worker counts as hanging.
    this.#heartbeat.checkNow()
  }

  #hold(lock: string): void {
    const { port } = this.#worker
    this.#lock = lock
    void this.#locks.request(lock, () => {
      if (this.#lock !== lock) return
      port.postMessage({ kind: 'join', lock })
      for (const message of this.#waiting.splice(0)) port.postMessage(message)
      return new Promise<void>(resolve => {
        this.#release = resolve
      })
    })
  }

  #ping(): void {
    this.#isAwaiting = true
    this.#worker.port.postMessage({ kind: 'ping' })
  }

  #suspect(): void {
    this.#suspicion = this.#parts.clock.setTimeout(() => this.#end('hanging'), STEP)
  }

  #receive(message: WorkerMessage): void {
    if (this.#isOver) return
    this.#isAwaiting = false
    this.#parts.clock.clearTimeout(this.#suspicion)
    this.#heartbeat?.onActivity()
    if (this.#attempts.size === 0) this.#leave()
    if (message.kind === 'hello') return this.#greeted(message)
    if (message.kind === 'pong') return
    if (message.kind === 'blocked') return this.#end('connect-src')
    const attempt = this.#attempts.get(message.attempt)
    if (message.kind === 'closed') this.#remove(message.attempt)
    attempt?.receive(message)
  }

  #greeted({ version, hub, lock }: WorkerMessage & { kind: 'hello' }): void {
    if (version !== PORT_VERSION) return this.#end('version')
    // WebKit silently restarts a worker when the page that created it is closed.
    if (this.#hub !== undefined) return this.#end()
    this.#hub = hub
    void this.#locks.request(lock, () => this.#end())
    if (this.#attempts.size > 0) this.#join()
  }

  #end(reason?: SharingReason): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#isAwaiting = false
    this.#parts.clock.clearTimeout(this.#suspicion)
    this.#leave()
    this.#worker.port.onmessage = null
    this.#parts.onEnd(reason)
    for (const attempt of [...this.#attempts.values()]) attempt.lost()
    this.#attempts.clear()
  }
}
