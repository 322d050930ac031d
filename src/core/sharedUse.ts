import type { ConnectionEvent } from './events.ts'
import { hashValue } from './hash.ts'
import type { Platform } from './platform.ts'
import type { AttemptMessage, FramePosition, PageMessage, SharedRequest } from './portMessages.ts'
import type { LinkedAttempt, WorkerLink } from './workerLink.ts'

/** The settings of a shared connection. */
export interface Share {
  link: WorkerLink
  /** Pages with the same key share one connection. */
  key: string
  platform: Platform
  /** Whether a hidden page gets its messages only once a second. */
  isSlowWhenHidden(): boolean
  report(event: ConnectionEvent): void
  /** The request ids of this page start after this number. */
  lastId: number
}

/** State that one attempt passes to the next. */
export interface ShareMemory {
  at?: FramePosition | undefined
  /** The last reported state; events report changes only. */
  isActive?: boolean
}

/** The request and the callbacks of one use of a connection. */
interface UseOptions<Request> {
  request: Request
  /** The position from which the request resumes. */
  cursor: unknown
  receive(message: Exclude<AttemptMessage, { kind: 'elected' }>): void
  /** Builds the request with a fresh token. Set if `request` has none. */
  authorize?: (() => Promise<Request>) | undefined
  /** The worker cannot be used and has opened nothing: send the request directly. */
  unavailable(request: Request): void
  /** The worker has gone. */
  lost(): void
}

type OwnMessage<Message = Exclude<PageMessage, { kind: 'join' | 'ping' | 'open' }>> = Message extends {
  attempt: number
}
  ? Omit<Message, 'attempt'>
  : never

/** One use of a connection in the worker. */
export interface SharedUse {
  /** Returns `false` once the use has ended. */
  post(message: OwnMessage): boolean
  /** `foundDead`: it received too little data, so no page keeps using it. */
  close(foundDead?: boolean): void
}

/** Opens a connection in the worker, or joins an open one. Returns `undefined` if the worker cannot be used. */
export function openShared<Request extends SharedRequest>(
  share: Share,
  memory: ShareMemory,
  options: UseOptions<Request>,
): SharedUse | undefined {
  const use = new Use(share, memory, options)
  return use.open() ? use : undefined
}

class Use<Request extends SharedRequest> implements SharedUse, LinkedAttempt {
  readonly #share: Share
  readonly #memory: ShareMemory
  readonly #options: UseOptions<Request>
  #isOpen = false
  #attempt = 0
  /** `undefined` once the use has ended. */
  #post: ((message: PageMessage) => void) | undefined
  #stopWatching: (() => void) | undefined

  constructor(share: Share, memory: ShareMemory, options: UseOptions<Request>) {
    this.#share = share
    this.#memory = memory
    this.#options = options
  }

  open(): boolean {
    const { link, key, platform } = this.#share
    const { request, cursor, authorize } = this.#options
    const line = link.open(this)
    if (!line) {
      this.#report(false)
      this.#openDirectly()
      return false
    }
    this.#attempt = line.id
    this.#post = line.post
    this.#stopWatching = platform.subscribe(event => {
      if (event === 'hidden' || event === 'visible') this.post({ kind: 'pace', isSlow: this.#isSlow })
    })
    const { at } = this.#memory
    const position = at && { ...at }
    line.post({
      ...{ kind: 'open', attempt: line.id, key, request, needsToken: authorize !== undefined },
      ...{ at: position, isSlow: this.#isSlow },
      cursor: cursor === undefined ? undefined : hashValue(cursor),
    })
    return true
  }

  post(message: OwnMessage): boolean {
    this.#post?.({ ...message, attempt: this.#attempt })
    return this.#post !== undefined
  }

  close(foundDead = false): void {
    this.post({ kind: 'close', foundDead })
    this.#end()
  }

  receive(message: AttemptMessage): void {
    if (message.kind === 'opened') {
      this.#isOpen = true
      this.#memory.at = message.at
      this.#report(true)
    }
    if (message.kind === 'elected') return this.#authorize(request => this.post({ kind: 'request', request }))
    if (message.kind === 'closed') this.#end()
    this.#options.receive(message)
  }

  lost(): void {
    const { unavailable } = this.#share.link
    this.#end()
    if (unavailable) this.#report(false)
    if (unavailable && !this.#isOpen) this.#openDirectly()
    else this.#options.lost()
  }

  #openDirectly(): void {
    this.#authorize(request => this.#options.unavailable(request))
  }

  #authorize(take: (request: Request) => void): void {
    const { request, authorize } = this.#options
    if (authorize) void authorize().then(take)
    else take(request)
  }

  get #isSlow(): boolean {
    return this.#share.platform.isHidden() && this.#share.isSlowWhenHidden()
  }

  #report(isActive: boolean): void {
    const { report, link } = this.#share
    if (this.#memory.isActive === isActive) return
    this.#memory.isActive = isActive
    report({ kind: 'sharing', isActive, reason: isActive ? undefined : link.unavailable })
  }

  #end(): void {
    this.#post = undefined
    this.#stopWatching?.()
  }
}
