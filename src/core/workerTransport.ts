import type { SocketData } from './envelope.ts'
import { impossible } from './failure.ts'
import type { ConnectionTransport } from './connectionPorts.ts'
import type { AttemptMessage, SharedHeartbeat, SharedRequest, SubscriptionFrames } from './portMessages.ts'
import type { AttemptRequest, SharedHandle, TransportHandle, TransportSink } from './transport.ts'
import { openShared, type Share, type SharedUse, type ShareMemory } from './sharedUse.ts'

/** What all attempts of one connection share. */
interface SharedParts extends Share {
  direct: ConnectionTransport
  binaryType: 'blob' | 'arraybuffer' | undefined
  memory: ShareMemory
}

/** A WebSocket that all pages share. If the worker cannot be used, it opens `direct`. */
export function createWorkerTransport(
  direct: ConnectionTransport,
  binaryType: 'blob' | 'arraybuffer' | undefined,
  share: Share,
): ConnectionTransport {
  const parts = { ...share, direct, binaryType, memory: {} }
  return {
    lastId: share.lastId,
    open: (request, sink) => new WorkerAttempt(parts, request, sink),
    mayJoin: () => share.link.unavailable === undefined,
  }
}

class WorkerAttempt implements TransportHandle {
  readonly #shared = {
    isOwner: false,
    latency: undefined as number | undefined,
    watch: (heartbeat: SharedHeartbeat | undefined) => void this.#use?.post({ kind: 'watch', heartbeat }),
    checkNow: () => void this.#use?.post({ kind: 'check' }),
    wake: (delay: number, call: () => void) => {
      this.#onWake = call
      this.#use?.post({ kind: 'wake', delay })
    },
    subscribe: (key: string, frames: SubscriptionFrames | undefined) =>
      this.#use?.post(frames ? { kind: 'subscribe', key, frames } : { kind: 'unsubscribe', key }) ?? false,
  }
  readonly #parts: SharedParts
  #request: AttemptRequest
  readonly #sink: TransportSink
  #use: SharedUse | undefined
  #onWake: (() => void) | undefined
  #direct: TransportHandle | undefined
  #isOpen = false
  #isOver = false

  constructor(parts: SharedParts, request: AttemptRequest, sink: TransportSink) {
    this.#parts = parts
    this.#request = request
    this.#sink = sink
    this.#use = openShared(parts, parts.memory, {
      request: this.#toShared(request),
      cursor: request.cursor,
      authorize: request.needsToken ? () => this.#authorize() : undefined,
      receive: message => this.#receive(message),
      unavailable: () => this.#openDirectly(),
      lost: () => this.#lose(),
    })
  }

  get shared(): SharedHandle | undefined {
    return this.#use && this.#shared
  }

  send(data: SocketData): boolean {
    if (!this.#use) return this.#direct?.send?.(data) ?? false
    return this.#isOpen && this.#use.post({ kind: 'send', data })
  }

  close(foundDead = false): void {
    this.#isOver = true
    this.#use?.close(foundDead)
    this.#use = undefined
    this.#direct?.close()
  }

  #toShared({ url, protocols, firstMessage }: AttemptRequest): SharedRequest {
    const { binaryType } = this.#parts
    return {
      kind: 'socket',
      url,
      protocols,
      binaryType,
      firstMessage: firstMessage as SocketData | undefined,
    }
  }

  async #authorize(): Promise<SharedRequest> {
    this.#request = await this.#request.authorize()
    return this.#toShared(this.#request)
  }

  #openDirectly(): void {
    this.#use = undefined
    if (this.#isOver) return
    this.#direct = this.#parts.direct.open(this.#request, this.#sink)
  }

  #lose(): void {
    this.#use = undefined
    this.#sink.onFailure({ kind: 'close', code: 1006, opened: true })
  }

  #receive(message: Exclude<AttemptMessage, { kind: 'elected' }>): void {
    const sink = this.#sink
    switch (message.kind) {
      case 'opened':
        this.#shared.isOwner = message.isOwner
        this.#isOpen = true
        sink.onActivity()
        return sink.onOpen({ resumed: message.isResumed, isJoined: message.isJoined })
      case 'frames':
        return this.#take(message.frames)
      case 'pulse':
        this.#shared.latency = message.latency
        return sink.onActivity()
      case 'wake':
        return this.#onWake?.()
      case 'owner':
        this.#shared.isOwner = true
        return sink.onOwner()
      case 'closed': {
        this.#use = undefined
        const { failure, isForeign } = message
        if (failure.kind !== 'refused') return sink.onFailure(isForeign ? { ...failure, isForeign } : failure)
        return sink.onFailure(
          impossible('The WebSocket could not be created: check its URL and its subprotocols.'),
        )
      }
    }
  }

  #take(frames: readonly unknown[]): void {
    const { at } = this.#parts.memory
    for (const frame of frames) {
      if (!this.#use) return
      if (at) at.frame++
      this.#sink.onMessage(frame, {})
    }
    this.#use?.post({ kind: 'taken' })
  }
}
