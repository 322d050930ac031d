export { RealtimeProvider, type RealtimeProviderProps } from './providers/RealtimeProvider.tsx'
export type { GapAfterOutage, HeartbeatOptions, RealtimeOptions } from './providers/options.ts'
export type { ConnectionOptions, Gap, ReconnectOptions } from './providers/options.ts'

export { useSocket, type SocketRequest, type SocketResult } from './hooks/useSocket.ts'
export {
  useSocketQuery,
  type DefinedSocketQueryOptions,
  type SocketQueryOptions,
} from './hooks/useSocketQuery.ts'
export type { InitialData } from './hooks/pollingOptions.ts'
export {
  useSubscription,
  type SubscriptionOptions,
  type SubscriptionResult,
} from './hooks/useSubscription.ts'
export { useSource, type SourceResult } from './hooks/useSource.ts'
export { sourceOptions, type SourceOptions } from './hooks/sourceOptions.ts'
export type { TwoWayOptions } from './hooks/useConnectionQuery.ts'
export type { ConnectSource } from './core/sourceTransport.ts'
export type {
  Handshake,
  Incoming,
  IncomingReply,
  Outgoing,
  Protocol,
  ProtocolLink,
  ProtocolSession,
  RequestedRhythm,
  SourceHandle,
  SourceLink,
} from './core/protocol.ts'
export { useMessage } from './hooks/useMessage.ts'
export { useRealtime, type ConnectionInfo, type Realtime } from './hooks/useRealtime.ts'
export { useServerEvents, type ServerEventsResult } from './hooks/useServerEvents.ts'
export { useLongPoll, type LongPollResult } from './hooks/useLongPoll.ts'
export {
  usePolling,
  type DefinedPollingResult,
  type PollingControls,
  type PollingResult,
} from './hooks/usePolling.ts'
export { socketOptions } from './hooks/socketOptions.ts'
export { serverEventsOptions } from './hooks/serverEventsOptions.ts'
export { longPollOptions } from './hooks/longPollOptions.ts'
export {
  pollingOptions,
  type DefinedPollingOptions,
  type PollingKey,
  type PollingOptions,
  type PollingRhythm,
} from './hooks/pollingOptions.ts'
export type { PollingPauseReason, PollingState } from './hooks/pollScheduler.ts'
export type { ServerEventsOptions } from './hooks/serverEventsOptions.ts'
export type { LongPollOptions } from './hooks/longPollOptions.ts'
export type { SocketOptions } from './hooks/socketOptions.ts'
export type { ConnectionResult } from './hooks/useConnection.ts'

export {
  append,
  idempotent,
  patch,
  remove,
  upsert,
  type Patch,
  type RowKey,
  type Updater,
} from './cache/updaters.ts'
export type { CacheWriter, DataOfKey } from './cache/messageTypes.ts'
export type { LiveQuery } from './cache/liveQueries.ts'
export type {
  ErrorMessage,
  MessageHandlerOf,
  MessageHandlers,
  MessageListener,
} from './cache/messageTypes.ts'
export { messageKey, type MessageKey, type MessageTypeKey, type TaggedKey } from './cache/messageTypes.ts'
export type {
  IncomingMessage,
  MessageDefinition,
  MessageOf,
  MessageSchema,
  MessageSchemas,
  MessagesOption,
  MessageType,
  ParamsArgument,
  ParamsMember,
  ParamsOf,
  Register,
  RegisteredMessages,
  ResponseOf,
  VersionReader,
} from './cache/messageTypes.ts'

export type { BackoffOptions } from './core/backoff.ts'
export type { Message, Parse, Serialize } from './core/envelope.ts'
export {
  tokenInFirstMessage,
  tokenInHeader,
  tokenInProtocol,
  tokenInQuery,
  type AttachToken,
  type Reauthenticate,
} from './core/tokens.ts'
export {
  cursorInFirstMessage,
  cursorInHeader,
  cursorInQuery,
  type AttachCursor,
  type CursorParameters,
} from './core/cursors.ts'
export {
  ConfigurationError,
  ConnectionFailedError,
  ConnectionLostError,
  InsecureOriginError,
  RealtimeError,
  RequestError,
  RequestTimeoutError,
  UnauthorizedError,
  UntrustedOriginError,
  type RealtimeErrorCode,
} from './core/errors.ts'
export { validators, type CursorResponse, type CursorStrategy, type Validators } from './core/cursors.ts'
export type { ConnectionEvent, GapCause, RealtimeEvent, TransportName } from './core/events.ts'
export type { Failure, FailureAction } from './core/failure.ts'
export type { PauseReason, ReconnectTimes } from './core/connectionState.ts'
export type { HeadersOption } from './core/headers.ts'
export type { UrlSource } from './core/request.ts'
export type { Recovery } from './core/streamPosition.ts'
export type { Cursor } from './core/envelope.ts'
export type { RequestOptions } from './core/requests.ts'
export type { QueueOptions } from './core/outbox.ts'
export type { ConnectionSnapshot, Status } from './core/machine.ts'
export type { WebSocketConstructor, WebSocketLike } from './core/socketTransport.ts'
export type { GetToken, IssuedToken, Token, TokenReason, TokenRequest } from './core/tokens.ts'
export type { FetchLike, TransportRequest } from './core/transport.ts'
export type { ResponseMeta } from './core/envelope.ts'
export type { MessageMeta, SocketData } from './core/envelope.ts'
