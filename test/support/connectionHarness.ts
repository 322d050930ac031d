import { Connection } from '../../src/core/connection.ts'
import type {
  ConnectionDriverOptions,
  ConnectionPorts,
  MessageSink,
  OutboxOptions,
  RenewToken,
} from '../../src/core/connectionPorts.ts'
import { createEmitter, type Platform, type PlatformEvent } from '../../src/core/platform.ts'
import type { Message } from '../../src/core/envelope.ts'
import type { ConnectionEvent, GapCause } from '../../src/core/events.ts'
import type { Failure } from '../../src/core/failure.ts'
import type { PreparedRequest, RequestPlan } from '../../src/core/request.ts'
import { WEB_SOCKET } from '../../src/core/socketTransport.ts'
import { createOutbox, type SocketOutbox } from '../../src/core/outbox.ts'
import type { Token, TokenManager } from '../../src/core/tokens.ts'
import type { TransportRequest } from '../../src/core/transport.ts'
import { DEFAULT_RECONNECT } from '../../src/providers/options.ts'
import { FakeClock } from './fakeClock.ts'
import { FakeTransport } from './fakeTransport.ts'

const DEFAULTS: Omit<ConnectionDriverOptions, 'request'> = {
  times: { ...DEFAULT_RECONNECT, minDelay: 500 },
  hasGetToken: true,
  pausesWhenHidden: false,
  maxMessageBytes: 1_000,
}

/** A page whose state the test controls. */
export class FakeEnvironment implements Platform {
  hidden = false
  readonly hints = createEmitter<PlatformEvent>()
  isHidden = (): boolean => this.hidden
  isOnline = (): boolean => true
  subscribe = (listener: (hint: PlatformEvent) => void): (() => void) => this.hints.subscribe(listener)
}

/** Lets promises settle that need no timer. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

/** A connection with everything around it faked; `random` is 0.5. */
export class ConnectionHarness {
  readonly clock = new FakeClock()
  readonly transport = new FakeTransport()
  readonly environment = new FakeEnvironment()
  /** What handlers and the cache would get. */
  readonly messages: Message[] = []
  readonly gaps: GapCause[] = []
  readonly events: ConnectionEvent[] = []
  /** What was refused, for each attempt that was prepared. */
  readonly refused: (Token | undefined)[] = []
  request: Partial<TransportRequest> = {}
  readonly sink: MessageSink = {
    onMessage: (message, { isNotice }) => {
      if (!isNotice) this.messages.push(message)
      return message
    },
    onOpen: () => undefined,
    onPositionKnown: () => undefined,
    onGap: cause => void this.gaps.push(cause),
    onEvent: event => void this.events.push(event),
    resumePosition: () => undefined,
  }
  prepare: (refused?: Token) => Promise<Omit<PreparedRequest, 'request'>>
  renew: RenewToken = () => Promise.reject(new Error('Nothing renews.'))
  outboxOptions: OutboxOptions = {}
  readonly connection: Connection

  constructor(options: Partial<ConnectionDriverOptions> = {}) {
    this.prepare = refused =>
      Promise.resolve({ token: 't', tokenUse: refused === undefined ? 'given' : 'refreshed' })
    const ports: ConnectionPorts = {
      clock: this.clock,
      random: () => 0.5,
      platform: this.environment,
      transport: this.transport,
      sink: this.sink,
      createOutbox,
      outboxOptions: () => this.outboxOptions,
    }
    this.connection = new Connection(ports, { request: this.#planRequest(), ...DEFAULTS, ...options })
  }

  #planRequest(): RequestPlan {
    const getToken: TokenManager['getToken'] = async ({ previous, reason }) => {
      if (reason === 'expiring') return this.renew(previous ?? null)
      this.refused.push(previous)
      const { tokenUse, ...token } = await this.prepare(previous)
      return { ...token, isRefreshed: tokenUse === 'refreshed' }
    }
    return {
      transport: WEB_SOCKET,
      url: 'ws://host/',
      tokens: { getToken },
      attachToken: request => ({ ...request, ...this.request }),
      origins: { trusted: ['ws://host'], insecure: ['ws://host'] },
    }
  }

  /** Changes some options. */
  configure(options: Partial<ConnectionDriverOptions>): void {
    this.connection.configure({ ...this.connection.options, ...options })
  }

  get outbox(): SocketOutbox {
    return this.connection.outbox as SocketOutbox
  }

  get status(): string {
    return this.connection.snapshot.status
  }

  /** Starts it, or lets the next attempt begin, and opens it. */
  async open(info = { resumed: false }): Promise<this> {
    this.connection.start()
    await settle()
    this.transport.last.sink.onOpen(info)
    return this
  }

  /** The open attempt fails, and the next is under way after the back-off. */
  async failAndReopen(failure: Failure = { kind: 'network' }, info = { resumed: false }): Promise<void> {
    this.transport.last.sink.onFailure(failure)
    const { nextRetryAt } = this.connection.snapshot
    this.clock.advance((nextRetryAt ?? 0) - this.clock.now())
    await settle()
    this.transport.last.sink.onOpen(info)
  }

  receive(message: unknown): boolean {
    return this.transport.last.sink.onMessage(JSON.stringify(message), {})
  }

  hint(hint: PlatformEvent): void {
    if (hint === 'hidden' || hint === 'visible') this.environment.hidden = hint === 'hidden'
    this.environment.hints.emit(hint)
  }
}
