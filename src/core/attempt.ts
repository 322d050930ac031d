import { type Correlation, type Draft, subscribeFrame } from './correlation.ts'
import type { Outbox, ConnectionDriverOptions, ConnectionPorts } from './connectionPorts.ts'
import { ConfigurationError } from './errors.ts'
import { decideFailure, type Failure, type FailureAction, impossible } from './failure.ts'
import { findRefusedHeader } from './headers.ts'
import type { MessageReader } from './messageReader.ts'
import { type Heartbeat, startHeartbeat } from './heartbeat.ts'
import type { Event } from './connectionState.ts'
import {
  attach,
  type PendingPart,
  preparationFailure,
  type PreparedRequest,
  prepareRequest,
} from './request.ts'
import type { GapCause } from './events.ts'
import type { StreamPosition } from './streamPosition.ts'
import type { Subscriptions } from './subscriptions.ts'
import { refusePromise } from './validation.ts'
import type { CurrentToken } from './tokens.ts'
import type {
  Answer,
  AttemptRequest,
  RequestedHeartbeat,
  TransportHandle,
  TransportRequest,
  TransportSink,
} from './transport.ts'
import type { MessageMeta, SocketData } from './envelope.ts'

/** How error messages name it. */
const FIRST_MESSAGE = 'The first message (of attachToken or recovery.attach)'

/** The connection, as one of its attempts sees it. */
export interface AttemptOwner {
  readonly ports: ConnectionPorts
  readonly options: ConnectionDriverOptions
  readonly outbox: Outbox | undefined
  readonly subscriptions: Subscriptions | undefined
  readonly reader: MessageReader
  readonly position: StreamPosition
  /** Messages may have been missed. */
  scheduleGap(cause: GapCause): void
  /** The position cannot be sent, or the server does not know it. */
  dropCursor(): void
  /** `from`: the attempt that the event is about. */
  handle(event: Event, from: object): void
  /** The token that the server received last. */
  readonly currentToken: CurrentToken
  /** The shortest delay before a retry that the server requested (ms). */
  readonly retryFloor: number
  /** The next request carries this token. */
  onToken(token: CurrentToken): void
  /** The request of the attempt `from` is ready, with the token in it. */
  onAuthorized(prepared: PreparedRequest, from: object): void
  onRetryFloor(delay: number): void
}

/**
 * One attempt, from fetching its token to its end. Each attempt is a new object. Once ended, it ignores
 * everything: late responses, dead sockets and stray timers have no effect.
 */
export class Attempt implements TransportSink {
  readonly #owner: AttemptOwner
  readonly pending: PendingPart = { part: undefined }
  #isOver = false
  #isOpen = false
  /** Whether its request carries a position added by `recovery.attach`. */
  #hasAttached = false
  #prepared: PreparedRequest | undefined
  #firstMessage: SocketData | Draft | undefined
  /** With a protocol. */
  readonly #correlation: Correlation | undefined
  /** Heartbeats that the server requested. */
  #requested: RequestedHeartbeat | undefined
  #isPinging = false
  #handle: TransportHandle | undefined
  #heartbeat: Heartbeat | undefined

  constructor(owner: AttemptOwner) {
    this.#owner = owner
    this.#correlation = owner.ports.transport.createCorrelation?.()
  }

  authorize(isRejected: boolean): void {
    void this.#prepare(isRejected, prepared => {
      this.#prepared = prepared
      const { firstMessage } = prepared.request
      if (firstMessage !== undefined) {
        // Encode before a socket is opened for it, so that an error in the application's code is found in
        // time.
        this.#guarded(FIRST_MESSAGE, () => (this.#firstMessage = this.#owner.outbox?.encode(firstMessage)))
      }
      if (!this.#isOver) this.#owner.onAuthorized(prepared, this)
    })
  }

  open(): void {
    if (!this.#prepared) return
    const handle = this.#owner.ports.transport.open(this.#toAttemptRequest(this.#prepared), this)
    if (this.#isOver) handle.close()
    else this.#handle = handle
  }

  /** Returns `false` if the network does not accept the data. */
  send(data: SocketData | Draft): boolean {
    this.#heartbeat?.check()
    return this.#transmit(data)
  }

  /**
   * Sends what subscriptions want, all of one kind. Returns `false` if it cannot. `failed`: the application's code threw
   * for one of them, and the others go on.
   */
  write(drafts: readonly Draft[], failed: (draft: Draft, error: unknown) => void): boolean {
    return this.#writeTogether(drafts) ?? drafts.every(draft => this.#writeOne(draft, failed))
  }

  /** `undefined`: they have to be sent one by one. */
  #writeTogether(drafts: readonly Draft[]): boolean | undefined {
    const handle = this.#handle
    const correlation = this.#correlation
    if (drafts.length < 2 || !correlation || !handle?.writeBatch) return undefined
    try {
      return handle.writeBatch(drafts.map(draft => correlation.number(draft)))
    } catch {
      // Nothing was sent. One by one, it shows which one is to blame.
      return undefined
    }
  }

  #writeOne(draft: Draft, failed: (draft: Draft, error: unknown) => void): boolean {
    const { outbox } = this.#owner
    try {
      const frame = this.#handle?.write ? draft : outbox?.encode(subscribeFrame(draft))
      return frame !== undefined && this.#transmit(frame)
    } catch (error) {
      failed(draft, error)
      return true
    }
  }

  #transmit(data: SocketData | Draft): boolean {
    const handle = this.#handle
    if (typeof data === 'object' && 'kind' in data)
      return (this.#correlation && handle?.write?.(this.#correlation.number(data))) ?? false
    if (!handle?.write || handle.send) return handle?.send?.(data) ?? false
    return this.#transmit({ kind: 'send', type: '', params: undefined, data })
  }

  /** Called when the options may have changed. */
  configured(): void {
    if (this.#isOpen) this.#watch()
  }

  checkNow(): void {
    this.#heartbeat?.checkNow()
    this.#owner.outbox?.checkNow()
  }

  /** How long the last heartbeat took (ms). */
  get latency(): number | null {
    return this.#heartbeat?.sincePing() ?? null
  }

  end(): void {
    this.#isOver = true
    this.#heartbeat?.stop()
    this.#handle?.close()
  }

  onOpen(info: { resumed: boolean }): void {
    if (this.#isOver) return
    this.#isOpen = true
    this.#owner.handle({ type: 'opened' }, this)
    if (this.#isOver) return
    const { position, options, ports } = this.#owner
    const gap = position.opened({ ...info, isDecidedLater: options.recovery?.resumed !== undefined })
    if (gap) this.#owner.scheduleGap(gap)
    else ports.sink.onOpen()
  }

  /**
   * Called when the connection is open but no listener has run yet: the first message goes before anything
   * that a listener sends.
   */
  beginSending(): void {
    this.#watch()
    const first = this.#firstMessage
    if (first !== undefined && !this.#guarded(FIRST_MESSAGE, () => this.#transmit(first))) return
    this.#owner.subscriptions?.opened()
    this.#owner.outbox?.opened()
  }

  onMessage(data: unknown, meta: MessageMeta): boolean {
    if (this.#isOver) return false
    this.#heartbeat?.onActivity()
    return this.#owner.reader.receive(data, meta)
  }

  onIncoming(read: () => unknown): void {
    if (this.#isOver) return
    this.#heartbeat?.onActivity()
    if (this.#correlation) this.#owner.reader.receiveIncoming(this.#correlation.read(read))
  }

  onActivity(): void {
    if (!this.#isOver) this.#heartbeat?.onActivity()
  }

  onHeartbeat(requested: RequestedHeartbeat): void {
    if (this.#isOver) return
    this.#requested = requested
    this.#watch()
  }

  onOversized(): void {
    if (!this.#isOver) this.#owner.reader.oversized()
  }

  onRetryFloor(delay: number): void {
    if (!this.#isOver) this.#owner.onRetryFloor(delay)
  }

  onCursorLost(): void {
    if (this.#isOver) return
    const gap = this.#owner.position.rejected(this.#isOpen)
    if (gap) this.#owner.scheduleGap(gap)
  }

  onAnswer(answer: Answer): boolean {
    if (this.#isOver) return false
    const { ports, position } = this.#owner
    const cursor = this.#hasAttached ? position.cursor : ports.transport.cursor?.()
    const failure: Failure = { kind: 'answer', ...answer, cursor }
    const action = this.#override(failure)
    if (action !== undefined) this.#fail(failure, action)
    return action === undefined
  }

  onFailure(reported: Failure): void {
    if (this.#isOver) return
    const failure = this.#completed(reported)
    this.#fail(failure, this.#override(failure))
  }

  /** `action`: what the application decides instead of the failure table. */
  #fail(failure: Failure, action: FailureAction | undefined): void {
    const { retryFloor, options } = this.#owner
    const decided = decideFailure(failure, options)
    const decision = action === undefined ? decided : { action, floor: decided.floor ?? 0 }
    if (decision.action === 'drop-cursor') this.#owner.position.rejected()
    const floor = Math.max(decision.floor ?? 0, retryFloor)
    this.#owner.handle({ type: 'failed', failure, decision: { ...decision, floor } }, this)
  }

  /** Adds to a failure what only the connection knows. */
  #completed(failure: Failure): Failure {
    const { options } = this.#owner
    // The transport sends its own position; `recovery.attach` sends the other.
    if (failure.kind === 'status') return this.#hasAttached ? { ...failure, hadCursor: true } : failure
    const isSpent = this.isSpent
    if (failure.kind === 'ended' && options.isLast) return { ...failure, isSpent, isIncomplete: true }
    return isSpent ? { ...failure, isSpent } : failure
  }

  /** Whether its request may not be sent again automatically. */
  get isSpent(): boolean {
    return this.#handle?.isSpent ?? false
  }

  /** What the application decides instead of the failure table; `undefined` if its function throws. */
  #override(failure: Failure): FailureAction | undefined {
    const { options, ports } = this.#owner
    try {
      return refusePromise(options.decide?.(failure), '"reconnect.decide"')
    } catch (error) {
      ports.sink.onEvent({ kind: 'handler-error', type: 'reconnect.decide', error })
      return undefined
    }
  }

  async #prepare(isRejected: boolean, take: (prepared: PreparedRequest) => void): Promise<void> {
    const { options, currentToken } = this.#owner
    let prepared: PreparedRequest
    try {
      prepared = await prepareRequest(options.request, {
        rejected: isRejected ? currentToken.token : undefined,
        attachCursor: request => this.#attachCursor(request),
        pending: this.pending,
      })
    } catch (cause) {
      return this.onFailure(preparationFailure(cause))
    }
    if (!this.#isOver) take(prepared)
  }

  /**
   * Attaches both positions: that of `recovery` and the transport's own. A position that cannot be sent is
   * dropped and counts as a gap.
   */
  #attachCursor(request: TransportRequest): TransportRequest {
    const { ports } = this.#owner
    const withoutCursor = { ...request, headers: { ...request.headers } }
    const attached = this.#attachBoth(request)
    if (findRefusedHeader(attached.headers) === undefined) return attached
    this.onCursorLost()
    this.#owner.dropCursor()
    return ports.transport.attachCursor?.(withoutCursor) ?? withoutCursor
  }

  #attachBoth(request: TransportRequest): TransportRequest {
    const attached = this.#attachPosition(request)
    return this.#owner.ports.transport.attachCursor?.(attached) ?? attached
  }

  /** Adds the position to resume from: where the stream was cut off, or where data that is already cached begins. */
  #attachPosition(request: TransportRequest): TransportRequest {
    const { ports, options, position } = this.#owner
    const { recovery } = options
    this.#hasAttached = false
    if (!recovery) return request
    const start = position.mayStart ? ports.sink.resumePosition() : undefined
    if (start !== undefined) position.startAt(start)
    const { cursor } = position
    if (cursor === undefined || !recovery.attach || options.request.transport.urlScheme === undefined)
      return request
    this.#hasAttached = true
    return attach('recovery.attach', () => recovery.attach?.(request, cursor) ?? request)
  }

  #toAttemptRequest({ request, token }: PreparedRequest): AttemptRequest {
    const rebuild = () =>
      new Promise<AttemptRequest>(resolve => {
        void this.#prepare(false, prepared => {
          this.#owner.onToken(prepared)
          resolve(this.#toAttemptRequest(prepared))
        })
      })
    return { ...request, token, cursor: this.#owner.position.cursor, rebuild }
  }

  /**
   * Watches with the latest options. Changed times keep a pending ping, so changing options cannot postpone
   * a timeout.
   */
  #watch(): void {
    const { ports, options, outbox } = this.#owner
    const requested = this.#requested
    const heartbeat = requested ?? options.heartbeat
    const isPinging = !!outbox && (requested?.sendsPings ?? options.heartbeat?.message !== undefined)
    if (heartbeat && this.#heartbeat && isPinging === this.#isPinging)
      return this.#heartbeat.change(heartbeat)
    this.#heartbeat?.stop()
    this.#isPinging = isPinging
    this.#heartbeat =
      heartbeat &&
      startHeartbeat(ports.clock, {
        ...heartbeat,
        silence: requested?.silence,
        ping: isPinging ? () => this.#ping() : undefined,
        onDead: () => this.onFailure({ kind: 'silence' }),
      })
  }

  #ping(): void {
    const { options, outbox } = this.#owner
    const message = options.heartbeat?.message
    this.#guarded('"heartbeat.message"', () => outbox && this.#transmit(outbox.encode(message, 'heartbeat')))
  }

  /** Returns `false` if it threw: the attempt then fails permanently, with an error that names the part. */
  #guarded(part: string, call: () => unknown): boolean {
    try {
      call()
      return true
    } catch (cause) {
      // Errors from the application's code may quote a token.
      const reason =
        cause instanceof ConfigurationError ? cause.message : 'Its "serialize" or the WebSocket threw.'
      this.onFailure(impossible(`${part} could not be sent. ${reason}`))
      return false
    }
  }
}
