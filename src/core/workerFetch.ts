import { hashValue } from './hash.ts'
import { abortReason } from './platform.ts'
import type { AttemptMessage, Framing, OpenedMessage, ResponseHead, SharedRequest } from './portMessages.ts'
import { openShared, type Share, type SharedUse, type ShareMemory } from './sharedUse.ts'
import {
  type AttemptRequest,
  forwardTo,
  type FetchLike,
  type OpenInfo,
  type Transport,
  type TransportEnvironment,
  type TransportHandle,
  type TransportRequest,
  type TransportSink,
} from './transport.ts'

type FetchRequest = SharedRequest & { kind: 'fetch' }

/** How requests are shared. */
interface HttpShare {
  share: Share
  framing: Framing
  create(environment: TransportEnvironment): Transport
}

/**
 * An HTTP transport whose requests are shared by all pages. Only `fetch` runs in the worker; statuses, cursors and messages stay
 * in the page. If the worker cannot be used, requests are sent directly.
 */
export function createWorkerHttpTransport(environment: TransportEnvironment, options: HttpShare): Transport {
  return new WorkerHttpTransport(environment, options)
}

class WorkerHttpTransport implements Transport {
  readonly #environment: TransportEnvironment
  readonly #options: HttpShare
  readonly #inner: Transport
  readonly #memory: ShareMemory = {}
  /** The URL and headers of the next request, without its token. */
  #identity: unknown
  /** The position from which it resumes. */
  #cursor: unknown
  /** The current request, and whether it was authorized after it had been built. */
  #request: AttemptRequest | undefined
  #isLate = false
  /** How the last request was opened. */
  #opened: OpenedMessage | undefined

  constructor(environment: TransportEnvironment, options: HttpShare) {
    this.#environment = environment
    this.#options = options
    this.#inner = options.create({ ...environment, fetch: () => this.#fetch })
  }

  readonly attachCursor = (request: TransportRequest): TransportRequest => {
    const positioned = this.#inner.attachCursor?.(request) ?? request
    const { url, headers } = positioned
    this.#identity = [url, headers]
    return positioned
  }

  mayJoin(): boolean {
    return this.#options.share.link.unavailable === undefined
  }

  readonly cursor = (): unknown => this.#inner.cursor?.()

  dropCursor(): void {
    this.#inner.dropCursor?.()
  }

  open(request: AttemptRequest, sink: TransportSink): TransportHandle {
    const cursors = [request.cursor, this.cursor()]
    this.#cursor = cursors.some(cursor => cursor !== undefined) ? cursors : undefined
    const onOpen = (info: OpenInfo) => {
      const opened = this.#isSingle ? undefined : this.#opened
      sink.onOpen(opened?.isJoined ? { resumed: opened.isResumed, isJoined: true } : info)
    }
    const onFailure: TransportSink['onFailure'] = failure =>
      sink.onFailure(this.#opened?.isOwner === false ? { ...failure, isForeign: true } : failure)
    return this.#inner.open(this.#follow(request), { ...forwardTo(sink), onOpen, onFailure })
  }

  /** Keeps the latest request: a long poll rebuilds it for each poll. */
  #follow(request: AttemptRequest): AttemptRequest {
    this.#request = request
    this.#isLate = false
    return { ...request, rebuild: async () => this.#follow(await request.rebuild()) }
  }

  /** Whether each request is a connection of its own, as in a long poll. */
  get #isSingle(): boolean {
    return this.#options.framing === 'none'
  }

  /** A new key for each request: a long poll may be sent again without its validators. */
  #takeKey(): string {
    const { key } = this.#options.share
    if (!this.#isSingle) return key
    this.#identity = [this.#identity]
    return `${key} ${hashValue(this.#identity)}`
  }

  readonly #fetch: FetchLike = (url, { signal, ...init }) => {
    const { share } = this.#options
    const memory = this.#memory
    this.#opened = undefined
    if (this.#isSingle) memory.at = undefined
    return new Promise((resolve, reject) => {
      const exchange = new SharedExchange(memory, { resolve, reject })
      const request = this.#toShared(url, init)
      exchange.use = openShared({ ...share, key: this.#takeKey() }, memory, {
        request,
        cursor: this.#cursor,
        authorize: this.#request?.needsToken ? () => this.#authorize(url, init) : undefined,
        receive: message => {
          this.#note(message)
          exchange.receive(message)
        },
        unavailable: ({ url, init }) => {
          const fetch = this.#environment.fetch()
          resolve(fetch(url, { ...init, signal: signal ?? null }))
        },
        lost: () => exchange.fail(),
      })
      signal?.addEventListener('abort', () => {
        const reason = abortReason(signal)
        exchange.use?.close(reason.name === 'TimeoutError')
        exchange.fail(reason)
      })
    })
  }

  /** After a late authorization, the URL and headers of the authorized request replace the given ones. */
  #toShared(url: string, init: RequestInit): FetchRequest {
    const { framing } = this.#options
    const request = this.#request
    if (!this.#isLate || !request) return { kind: 'fetch', url, init, framing }
    const { headers, redirect = 'follow' } = request
    return { kind: 'fetch', url: request.url, init: { ...init, headers, redirect }, framing }
  }

  async #authorize(url: string, init: RequestInit): Promise<FetchRequest> {
    this.#request = await this.#request?.authorize()
    this.#isLate = true
    return this.#toShared(url, init)
  }

  #note(message: AttemptMessage): void {
    if (message.kind !== 'opened') return
    this.#opened = message
    // The server did not get this page's position, so updates since then may be missing.
    if (!this.#isSingle && message.isJoined && !message.isResumed) this.dropCursor()
  }
}

interface Settle {
  resolve(response: Response): void
  reject(error: unknown): void
}

const NULL_BODY = [204, 205, 304]

/** A response whose body arrives in messages. A block counts as received once the next one is read. */
class SharedExchange {
  use: SharedUse | undefined
  readonly #memory: ShareMemory
  readonly #settle: Settle
  readonly #blocks: Uint8Array[] = []
  #ending: { error?: unknown } | undefined
  #isReading = false
  #wake: (() => void) | undefined

  constructor(memory: ShareMemory, settle: Settle) {
    this.#memory = memory
    this.#settle = settle
  }

  receive(message: AttemptMessage): void {
    if (message.kind === 'opened' && message.head) this.#begin(message.head)
    if (message.kind === 'frames') {
      this.#blocks.push(...(message.frames as Uint8Array[]))
      this.#wake?.()
    }
    if (message.kind !== 'closed') return
    if (message.failure.kind === 'ended') this.#end({})
    else this.fail()
  }

  fail(error: unknown = new TypeError('The request failed.')): void {
    this.#settle.reject(error)
    this.#end({ error })
  }

  #end(ending: { error?: unknown }): void {
    this.#ending ??= ending
    this.#wake?.()
  }

  #begin({ status, headers }: ResponseHead): void {
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => this.#pull(controller)
    const body = NULL_BODY.includes(status)
      ? null
      : new ReadableStream<Uint8Array>({ pull, cancel: () => this.use?.close() }, { highWaterMark: 0 })
    this.#settle.resolve(new Response(body, { status, headers }))
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    if (this.#isReading) {
      this.#isReading = false
      if (this.#memory.at) this.#memory.at.frame++
      if (this.#blocks.length === 0) this.use?.post({ kind: 'taken' })
    }
    while (this.#blocks.length === 0 && !this.#ending)
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    const block = this.#blocks.shift()
    if (block) {
      this.#isReading = true
      controller.enqueue(block)
    } else if (this.#ending && 'error' in this.#ending) controller.error(this.#ending.error)
    else controller.close()
  }
}
