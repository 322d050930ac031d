export { RealtimeProvider, type RealtimeProviderProps } from './providers/RealtimeProvider.tsx'
export { RealtimeClient, type RealtimeClientOptions } from './providers/RealtimeClient.ts'
export type { MessageObserver, ResponseListener } from './providers/listen.ts'
export type { GapAfterOutage, HeartbeatOptions, RealtimeOptions } from './providers/options.ts'
export type { ConnectionOptions, Gap, ReconnectOptions } from './providers/options.ts'

export { useSocket, type SocketResult } from './hooks/useSocket.ts'
export { useSocketQuery } from './hooks/useSocketQuery.ts'
export { useSubscription, type SubscriptionResult, type SubscriptionState } from './hooks/useSubscription.ts'
export type {
  ConnectionQueryOptions,
  DefinedSocketQueryOptions,
  InitialData,
  SocketQueryOptions,
  SocketRequest,
  SubscriptionOptions,
} from './providers/socketQueryOptions.ts'
export { useSuspenseSocketQuery, type SuspenseSocketQueryOptions } from './hooks/useSuspenseSocketQuery.ts'
export { shareConnections } from './providers/shareConnections.ts'
export type { ConnectionSharing, ShareOptions } from './providers/connectionSharing.ts'
export type { SharedWorkerLike } from './core/workerLink.ts'
export {
  useSuspenseSubscription,
  type SuspenseSubscriptionOptions,
  type SuspenseSubscriptionResult,
} from './hooks/useSuspenseSubscription.ts'
export { useSource, type SourceResult } from './hooks/useSource.ts'
export { sourceOptions, type SourceOptions } from './providers/sourceOptions.ts'
export type { TwoWayOptions } from './providers/twoWayOptions.ts'
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
export { useRealtimeClient } from './hooks/useRealtimeClient.ts'
export { useRealtime, type ConnectionInfo, type Realtime } from './hooks/useRealtime.ts'
export { useServerEvents, type ServerEventsResult } from './hooks/useServerEvents.ts'
export { useLongPoll, type LongPollResult } from './hooks/useLongPoll.ts'
export { usePolling, type DefinedPollingResult, type PollingResult } from './hooks/usePolling.ts'
export {
  useSuspensePolling,
  type SuspensePollingOptions,
  type SuspensePollingResult,
} from './hooks/useSuspensePolling.ts'
export { socketOptions } from './providers/socketOptions.ts'
export { serverEventsOptions } from './providers/serverEventsOptions.ts'
export { longPollOptions } from './providers/longPollOptions.ts'
export {
  pollingOptions,
  type DefinedPollingOptions,
  type PollingKey,
  type PollingOptions,
  type PollingRhythm,
  type UnskippedPollingOptions,
} from './hooks/pollingOptions.ts'
export type { PollingControls, PollingPauseReason, PollingState } from './hooks/pollScheduler.ts'
export type { ServerEventsOptions } from './providers/serverEventsOptions.ts'
export type { LongPollOptions } from './providers/longPollOptions.ts'
export type { SocketOptions } from './providers/socketOptions.ts'
export type { ConnectionResult } from './hooks/useConnection.ts'

export { append, idempotent, patch, remove, upsert, type Patch } from './cache/updaters.ts'
export type { Updater } from './cache/updater.ts'
export type {
  AddOptions,
  ListOf,
  RowFor,
  RowKey,
  RowKeyFor,
  RowOf,
  RowOptions,
  UpdaterFor,
} from './cache/rowTypes.ts'
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
export type { ConnectionEvent, GapCause, RealtimeEvent, SharingReason, TransportName } from './core/events.ts'
export type { Failure, FailureAction } from './core/failure.ts'
export type { PauseReason, ReconnectTimes } from './core/connectionState.ts'
export type { HeadersOption } from './core/headers.ts'
export type { UrlSource } from './core/request.ts'
export type { Expects } from './core/expectedMessages.ts'
export type { Recovery, ResumedResponse } from './core/streamPosition.ts'
export type { Cursor } from './core/envelope.ts'
export type { RequestOptions } from './core/requests.ts'
export type { QueueOptions } from './core/connectionPorts.ts'
export type { ConnectionSnapshot, Status } from './core/machine.ts'
export type { WebSocketConstructor, WebSocketLike } from './core/socketTransport.ts'
export type { GetToken, IssuedToken, Token, TokenReason, TokenRequest } from './core/tokens.ts'
export type { FetchLike, TransportRequest } from './core/transport.ts'
export type { ResponseMeta } from './core/envelope.ts'
export type { MessageMeta, SocketData } from './core/envelope.ts'
