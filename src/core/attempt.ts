import type { AttemptOwner } from './attemptOwner.ts'
import type { Correlation, Draft } from './correlation.ts'
import { ConfigurationError } from './errors.ts'
import { decideFailure, type Failure, type FailureAction, impossible } from './failure.ts'
import { findRefusedHeader } from './headers.ts'
import { ExpectedMessages } from './expectedMessages.ts'
import { type Heartbeat, startHeartbeat } from './heartbeat.ts'
import { type PendingPart, preparationFailure, type PreparedRequest, prepareRequest } from './request.ts'
import { FrameWriter, watchShared } from './frameWriter.ts'
import type { GapCause } from './events.ts'
import { refusePromise } from './validation.ts'
import type {
  Answer,
  AttemptRequest,
  OpenInfo,
  RequestedHeartbeat,
  SharedHandle,
  TransportHandle,
  TransportRequest,
  TransportSink,
} from './transport.ts'
import type { MessageMeta, SocketData } from './envelope.ts'

/** How the request of an attempt is built. */
interface PreparationPlan {
  /** The server has refused the token. */
  isRejected: boolean
  /** Leaves the token out, because another page may send its own. */
  isDeferred?: boolean | undefined
  /** Whether to leave the token out if it is still the one that was refused. */
  mayJoin?: boolean | undefined
}

/** The names of these parts in error messages. */
const FIRST_MESSAGE = 'The first message (of attachToken or recovery.attach)'
const HEARTBEAT = '"heartbeat.message"'

/**
 * One attempt, from fetching its token to its end. Each attempt is a new object. Once ended, it ignores
 * everything: late responses, dead sockets and stray timers have no effect.
 */
export class Attempt implements TransportSink {
  readonly #owner: AttemptOwner
  readonly pending: PendingPart = { part: undefined }
  #isOver = false
  #isOpen = false
  #isRejected = false
  #openedAt = 0
  #responseResumed: boolean | undefined
  #prepared: PreparedRequest | undefined
  #firstMessage: SocketData | Draft | undefined
  /** With a protocol. */
  readonly #correlation: Correlation | undefined
  readonly #writer: FrameWriter
  /** Heartbeats that the server requested. */
  #requested: RequestedHeartbeat | undefined
  #isPinging = false
  #handle: TransportHandle | undefined
  #heartbeat: Heartbeat | undefined

  constructor(owner: AttemptOwner) {
    this.#owner = owner
    this.#correlation = owner.ports.transport.createCorrelation?.()
    this.#writer = new FrameWriter(this.#correlation, owner.outbox)
  }

  authorize(isRejected: boolean): void {
    this.#isRejected = isRejected
    const { ports, currentToken } = this.#owner
    const isDeferred = currentToken.isRefused && ports.transport.mayJoin?.()
    void this.#prepare({ isRejected, isDeferred }, prepared => {
      this.#prepared = prepared
      this.#owner.onAuthorized(prepared, this)
    })
  }

  open(): void {
    if (!this.#prepared) return
    const handle = this.#owner.ports.transport.open(this.#toAttemptRequest(this.#prepared), this)
    if (this.#isOver) handle.close()
    else this.#handle = this.#writer.handle = handle
  }

  /** Returns `false` if the network does not accept the data. */
  send(data: SocketData | Draft): boolean {
    this.#heartbeat?.check()
    return this.#writer.transmit(data)
  }

  /** Sends subscribe and unsubscribe frames, see `FrameWriter`. */
  readonly write: FrameWriter['write'] = (drafts, failed) => this.#writer.write(drafts, failed)

  /** Called when the options may have changed. */
  configured(): void {
    if (this.#isOpen) this.#watch()
  }

  get shared(): SharedHandle | undefined {
    return this.#handle?.shared
  }

  checkNow(): void {
    this.#heartbeat?.checkNow()
    this.#handle?.shared?.checkNow()
    this.#owner.outbox?.checkNow()
  }

  /** How long the last heartbeat took (ms). */
  get latency(): number | null {
    return this.#handle?.shared?.latency ?? this.#heartbeat?.sincePing() ?? null
  }

  end(foundDead: boolean): void {
    this.#isOver = true
    this.#heartbeat?.stop()
    this.#owner.reader.expected?.stop()
    this.#handle?.close(foundDead)
  }

  onOpen({ resumed, isJoined = false }: OpenInfo): void {
    if (this.#isOver) return
    this.#isOpen = true
    this.#openedAt = this.#owner.ports.clock.elapsed()
    this.#owner.handle({ type: 'opened' }, this)
    if (this.#isOver) return
    const { position, options, ports, subscriptions } = this.#owner
    // The response was for another page, so it says nothing about this one. While this page was away, the worker ended its
    // subscriptions: the server did not send their messages.
    const said = isJoined ? resumed && !subscriptions?.areWanted : this.#responseResumed
    const gap = position.opened({
      resumed: said ?? resumed,
      isRefused: said === false,
      isJoined,
      isDecidedLater: said === undefined && position.isDecidedLater(options.recovery),
    })
    if (gap) this.#owner.onGapAtOpening(gap)
    else ports.sink.onOpen()
  }

  /**
   * Called when the connection is open but no listener has run yet: the first message goes before anything
   * that a listener sends.
   */
  beginSending(): void {
    this.#watch()
    const first = this.#firstMessage
    // The worker has already sent it.
    const isSent = first === undefined || this.#handle?.shared !== undefined
    if (!isSent && !this.#guarded(FIRST_MESSAGE, () => this.#writer.transmit(first))) return
    this.#owner.subscriptions?.opened()
    this.#owner.outbox?.opened()
  }

  onMessage(data: unknown, meta: MessageMeta): boolean {
    if (this.#isOver) return false
    this.#heard()
    return this.#owner.reader.receive(data, meta)
  }

  onIncoming(read: () => unknown): void {
    if (this.#isOver) return
    this.#heard()
    if (this.#correlation) this.#owner.reader.receiveIncoming(this.#correlation.read(read))
  }

  onActivity(): void {
    if (!this.#isOver) this.#heard()
  }

  onHeartbeat(requested: RequestedHeartbeat): void {
    if (this.#isOver) return
    this.#requested = requested
    this.#watch()
  }

  onOversized(): void {
    if (!this.#isOver) this.#owner.reader.oversized()
  }

  onOwner(): void {
    if (this.#isOpen && !this.#isOver) this.#owner.outbox?.owned()
  }

  onRetryFloor(delay: number): void {
    if (!this.#isOver) this.#owner.onRetryFloor(delay)
  }

  onCursorLost(): void {
    if (!this.#isOver) this.#missed('cursor-lost')
  }

  onAnswer(answer: Answer): boolean {
    if (this.#isOver) return false
    const { ports, position } = this.#owner
    const sent = position.isAttached ? position.cursor : ports.transport.cursor?.()
    // The first request of a long poll may have been held, and had no position.
    const isLater = this.#isOpen && (sent !== undefined || this.#responseResumed !== undefined)
    this.#responseResumed = this.#owner.reader.readResponse({ headers: answer.headers, sent }, isLater)
    const failure: Failure = { kind: 'answer', ...answer, cursor: sent }
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
    const { retryFloor, options, currentToken } = this.#owner
    if (failure.isForeign) this.#owner.onToken({ ...currentToken, foreignSince: this.#openedAt })
    const decided = decideFailure(failure, options)
    const decision = action === undefined ? decided : { action, floor: decided.floor ?? 0 }
    if (decision.action === 'drop-cursor') this.#owner.position.missed('cursor-lost')
    const floor = Math.max(decision.floor ?? 0, retryFloor)
    this.#owner.handle({ type: 'failed', failure, decision: { ...decision, floor } }, this)
  }

  /** Adds to a failure what only the connection knows. */
  #completed(failure: Failure): Failure {
    const { options } = this.#owner
    // The transport sends its own position; `recovery.attach` sends the other.
    if (failure.kind === 'status')
      return this.#owner.position.isAttached ? { ...failure, hadCursor: true } : failure
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

  async #prepare(plan: PreparationPlan, take: (prepared: PreparedRequest) => void): Promise<void> {
    const { options, currentToken } = this.#owner
    const { isRejected, isDeferred, mayJoin } = plan
    let prepared: PreparedRequest
    try {
      prepared = await prepareRequest(options.request, {
        rejected: isRejected ? currentToken : undefined,
        withoutToken: isDeferred ? currentToken : undefined,
        attachCursor: request => this.#attachCursor(request),
        pending: this.pending,
      })
    } catch (cause) {
      return this.onFailure(preparationFailure(cause))
    }
    if (this.#isOver) return
    // The application still has the token that was refused.
    const isStillRefused = currentToken.isRefused && prepared.token === currentToken.token
    if (isStillRefused && !isRejected && !isDeferred)
      return this.#prepare({ isRejected: true, isDeferred: mayJoin }, take)
    const { firstMessage } = prepared.request
    if (firstMessage !== undefined) {
      // Encode before a socket is opened for it, so that an error in the application's code is found in time.
      this.#guarded(FIRST_MESSAGE, () => (this.#firstMessage = this.#owner.outbox?.encode(firstMessage)))
    }
    if (!this.#isOver) take(prepared)
  }

  /**
   * Attaches both positions: that of `recovery` and the transport's own. A position that cannot be sent is
   * dropped and counts as a gap.
   */
  #attachCursor(request: TransportRequest): TransportRequest {
    const { ports, options, position } = this.#owner
    const { transport } = ports
    const withoutCursor = { ...request, headers: { ...request.headers } }
    const positioned = position.attachTo(request, options, ports.sink)
    const attached = transport.attachCursor?.(positioned) ?? positioned
    if (findRefusedHeader(attached.headers) === undefined) return attached
    this.onCursorLost()
    this.#owner.dropCursor()
    return transport.attachCursor?.(withoutCursor) ?? withoutCursor
  }

  #toAttemptRequest({ request, token, isRefused: needsToken = false }: PreparedRequest): AttemptRequest {
    const { ports, position } = this.#owner
    const build = (plan: PreparationPlan) =>
      new Promise<AttemptRequest>(resolve => {
        void this.#prepare(plan, prepared => {
          this.#owner.onAuthorized(prepared, this)
          resolve(this.#toAttemptRequest(prepared))
        })
      })
    return {
      ...request,
      ...{ firstMessage: this.#firstMessage, token, needsToken, cursor: position.cursor },
      rebuild: () => build({ isRejected: false, mayJoin: ports.transport.mayJoin?.() }),
      authorize: () => build({ isRejected: this.#isRejected }),
    }
  }

  /**
   * Watches with the latest options. Changed times keep a pending ping, so changing options cannot postpone
   * a timeout.
   */
  #watch(): void {
    const { ports, options, outbox, reader } = this.#owner
    if (options.expects) reader.expected ??= new ExpectedMessages(ports.clock)
    reader.expected?.watch(options.expects, type => {
      this.#missed('forgotten', false)
      this.onFailure({ kind: 'expected', type })
    })
    const requested = this.#requested
    const isPinging = !!outbox && (requested?.sendsPings ?? options.heartbeat?.message !== undefined)
    const shared = this.#handle?.shared
    const plan = isPinging ? options.heartbeat : undefined
    if (shared && !this.#guarded(HEARTBEAT, () => watchShared(shared, plan, outbox))) return
    // The worker sends the pings, and watches for replies.
    const heartbeat = shared && isPinging ? undefined : (requested ?? options.heartbeat)
    if (heartbeat && this.#heartbeat && isPinging === this.#isPinging)
      return this.#heartbeat.change(heartbeat)
    this.#heartbeat?.stop()
    this.#isPinging = isPinging
    this.#heartbeat =
      heartbeat &&
      startHeartbeat(ports.clock, {
        ...heartbeat,
        ping: isPinging ? () => this.#ping() : undefined,
        onDead: () =>
          this.onFailure({ kind: 'silence', isPinged: isPinging && heartbeat.silence === undefined }),
      })
  }

  /** The server has sent something: a message or any other sign of life. */
  #heard(): void {
    this.#heartbeat?.onActivity()
    const { position, options, ports } = this.#owner
    const { rememberedFor } = options.recovery ?? {}
    if (rememberedFor === undefined) return
    const now = ports.clock.elapsed()
    const isStable =
      this.#isOpen && now - this.#openedAt >= Math.min(options.times.stableAfter, rememberedFor / 2)
    const gap = position.heard(now, rememberedFor, isStable)
    if (gap) this.#missed(gap)
  }

  /** While the connection is not open, the gap waits for the next opening, which sends subscriptions again. */
  #missed(cause: GapCause, isOpen = this.#isOpen): void {
    if (isOpen) return this.#owner.scheduleGap(cause)
    this.#owner.position.missed(cause)
    if (cause === 'forgotten') this.#owner.subscriptions?.forget()
  }

  #ping(): void {
    const { options, outbox } = this.#owner
    const message = options.heartbeat?.message
    this.#guarded(HEARTBEAT, () => outbox && this.#writer.transmit(outbox.encode(message, 'heartbeat')))
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
