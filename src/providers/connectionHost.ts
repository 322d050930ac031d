import type { QueryClient } from '@tanstack/react-query'
import type { Writer } from '../cache/queryWriter.ts'
import type { AttachToken, Token, TokenAuthority } from '../core/tokens.ts'
import type { Clock, Environment } from '../core/platform.ts'
import type { RequestPart } from '../core/failure.ts'
import type { HeadersOption } from '../core/headers.ts'
import type { RealtimeEvent, TransportName } from '../core/events.ts'
import type { TokenReason } from '../core/connectionState.ts'
import type { PreparedRequest, UrlSource } from '../core/request.ts'
import type { WebSocketConstructor } from '../core/socketTransport.ts'
import type { TransportEnvironment, TransportRequest } from '../core/transport.ts'
import type { RealtimeOptions } from './options.ts'

/** What a transport may need from the provider. */
export interface ClientTransportEnvironment extends TransportEnvironment {
  webSocket(): WebSocketConstructor | undefined
}

/** What a request is built from, besides the provider's options. */
export interface PreparationOptions {
  url: UrlSource
  headers?: HeadersOption | undefined
  protocols?: readonly string[] | undefined
  isSocket?: boolean
  attachToken: AttachToken
  /** Overrides the provider's. */
  authority?: TokenAuthority | undefined
  /** The token that the server refused; `undefined` if there is none. */
  refused: Token | undefined
  attachCursor?: ((request: TransportRequest) => TransportRequest) | undefined
  waitingFor?: ((part: RequestPart | undefined) => void) | undefined
  /** A token is about to be requested. */
  asked?: (reason: TokenReason) => void
}

/** The provider, as its connections see it. */
export interface ConnectionHost {
  readonly clock: Clock
  readonly environment: Environment
  readonly writer: Writer
  /** For the provider's token. */
  readonly authority: TokenAuthority
  readonly options: RealtimeOptions
  /** In bytes. */
  readonly maxMessageBytes: number
  /** The subjects that were already warned about in the console. */
  readonly warned: Set<string>
  random(): number
  queryClient(): QueryClient
  nextId(transport: string): string
  displayUrl(url: string | URL, transport: TransportName): string
  transportEnvironment(maxMessageBytes: number | undefined): ClientTransportEnvironment
  prepare(options: PreparationOptions): Promise<PreparedRequest>
  report(event: RealtimeEvent): void
  guard(call: () => void): void
}
