import type { Clock } from './clock.ts'
import type { Environment } from './environment.ts'
import type { Message, Parse } from './envelope.ts'
import type { Reply } from './requests.ts'
import type { ConnectionEvent, GapCause } from './events.ts'
import type { Failure, FailureAction, RequestPart } from './failure.ts'
import type { ReconnectTimes } from './connectionState.ts'
import type { PreparedRequest } from './prepareRequest.ts'
import type { Cursor, Recovery } from './recovery.ts'
import type { GrantedToken, HeldToken, Token } from './tokenAuthority.ts'
import type { SocketData, Transport, TransportRequest } from './transport.ts'

/** What one connection is made of. */
export interface ConnectionSetup {
  clock: Clock
  /** In [0, 1). */
  random(): number
  environment: Environment
  transport: Transport
  /** The latest options; read whenever they matter. */
  options(): ConnectionDriverOptions
  /** Makes the request of one attempt. */
  prepare(attempt: AttemptPlan): Promise<PreparedRequest>
  /** Asks for a fresh token in place of one that is about to end. */
  renew?: RenewToken | undefined
  /** Takes every message, in order. Gives it as it was taken when it has had its effect; nothing where it was refused. */
  deliver(message: Message, delivery: Delivery): Promise<Message | undefined> | Message | undefined
  /** From where a stream that has no position yet should go on. */
  start?(): Cursor | undefined
  /** It is open, and nothing says so far that something was missed. */
  opened?(): void
  /** The stream is followed from this position on. */
  began?(since: Cursor): void
  /** What was missed cannot be resumed: called once a reopening. */
  gap(cause: GapCause): void
  /** Over how long many clients spread the refetches of a gap (ms); `undefined` for the default. `outage` in ms. */
  gapSpread?(cause: GapCause, outage: number): number | undefined
  report(event: ConnectionEvent): void
  createChannel?: ((link: ChannelLink) => Channel) | undefined
}

/** What is known of a message when it is delivered. */
export interface Delivery {
  /** A request waits for it. */
  isReply?: boolean | undefined
  /** It says whether the server resumed: only `onMessage` gets it. */
  saysResumed?: boolean | undefined
  /** Its position in the server's log. */
  cursor?: Cursor | undefined
}

/** Asks for a fresh token in place of `former`. */
export type RenewToken = (former: Token) => Promise<GrantedToken>

/** What one attempt adds to its request. */
export interface AttemptPlan {
  refused: Token | undefined
  attachCursor: AttachCursor
  waitingFor?: (part: RequestPart | undefined) => void
}

/** Adds the position to resume from. */
export type AttachCursor = (request: TransportRequest) => TransportRequest

/** The options that the driver itself reads. */
export interface ConnectionDriverOptions {
  times: ReconnectTimes
  decide?: ((failure: Failure) => FailureAction | undefined) | undefined
  /** Whether a `getToken` could give another token. */
  hasGetToken: boolean
  pausesWhenHidden: boolean
  liveness?: LivenessPlan | undefined
  recovery?: Recovery | undefined
  parse?: Parse | undefined
  isLast?: ((message: Message) => boolean) | undefined
  /** In bytes. */
  maxMessageBytes: number
}

/** How an open connection is watched; times in ms. `message` is what a probe sends; without it, silence is death. */
export interface LivenessPlan {
  interval: number
  timeout: number
  message?: unknown
  isReply?: ((message: Message) => boolean) | undefined
}

/** What the outgoing half of a socket is given. */
export interface ChannelLink {
  clock: Clock
  /** `false` unless open. */
  send(data: SocketData): boolean
  /** Whether it is open or on its way there. */
  mayOpen(): boolean
  /** Has the token that the server was told last. */
  readonly holder: { held: HeldToken }
  readonly renew: RenewToken | undefined
  report(event: ConnectionEvent): void
}

/** The outgoing half of a socket, as the driver tells it what happens. */
export interface Channel {
  /** Strings and binary as they are, anything else through `serialize`. Throws where that makes nothing that can be sent. */
  encode(value: unknown): SocketData
  opened(): void
  /** The reply that this message is; `undefined` where no request waited for it. */
  take(message: Message): Reply | undefined
  /** Looks at the clock now. */
  pulse(): void
  lost(): void
  ended(): void
}
