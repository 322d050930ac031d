import type { MessageOf, ResponseOf } from '../cache/messageTypes.ts'
import { subscriptionsOf } from '../cache/subscribedQueries.ts'
import type { Connection } from '../core/connection.ts'
import { type Message, messageKey } from '../core/envelope.ts'
import type { ConnectionSnapshot, Status } from '../core/machine.ts'
import type { RequestEnvelope } from '../core/requests.ts'
import type { SharedConnection } from './sharedConnection.ts'

/** Receives the response of each message of a key, as its schema parsed it, and the message. */
export type ResponseListener<Type extends string = string, Schemas = object> = (
  response: ResponseOf<Type, Schemas>,
  message: MessageOf<Type, Schemas>,
) => void

/** Listens to a key with `client.subscribe`. */
export interface MessageObserver<Type extends string = string, Schemas = object> {
  onData?: ResponseListener<Type, Schemas> | undefined
  /**
   * The server has refused the subscription (`RequestError`), or the connection has failed permanently. Nothing follows
   * unless the connection is reconnected. Without `onError`, the error is reported as `handler-error`.
   */
  onError?: ((error: Error) => void) | undefined
  /** The server has ended the subscription. Nothing follows. */
  onComplete?: (() => void) | undefined
}

/** Subscribes to a key and calls the observer for each message, until the returned function is called. */
export function listen(
  shared: SharedConnection,
  { type, params }: RequestEnvelope,
  { onData, onError, onComplete }: MessageObserver,
): () => void {
  const { connection } = shared
  const subscriptions = subscriptionsOf(shared)
  const hash = shared.liveQueries.hashOf(messageKey(type, params))
  const report = (error: unknown) => shared.onEvent({ kind: 'handler-error', type, error })
  const observer = new Caller(report)

  let hasHeard = false
  const tell = (message: Message) => {
    hasHeard = true
    if (message.response !== undefined) observer.call(() => onData?.(message.response, message))
  }
  /** Passes on the last message from before, once it is known to be current. */
  const tellLatest = (latest: Message | undefined) => {
    if (!hasHeard && latest && !shared.hasHandler(type)) tell(latest)
  }
  const fail = (error: Error) => (onError ? observer.call(() => onError(error)) : report(error))
  // Deferred, because the last message may end the subscription: its data comes first.
  const complete = () =>
    queueMicrotask(() => {
      if (subscriptions.find(hash)?.isComplete) observer.call(() => onComplete?.())
    })

  const failures = watchFailures(connection, fail)
  const leave = subscriptions.acquire(
    { type, params },
    {
      liveQueries: () => [],
      onComplete: complete,
      onMessage: tell,
      onConfirmed: tellLatest,
      onRefused: fail,
    },
  )
  // Deferred until the caller has the function that is returned here.
  const { isCurrent, isComplete, latest } = subscriptions.find(hash) ?? {}
  queueMicrotask(() => {
    failures.check()
    if (isCurrent) tellLatest(latest)
  })
  if (isComplete) complete()

  return () => {
    if (observer.isStopped) return
    observer.isStopped = true
    failures.stop()
    leave()
  }
}

/** Calls the application's functions until it is stopped. Their errors must not reach the connection. */
class Caller {
  isStopped = false
  readonly #report: (error: unknown) => void

  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  call(run: () => unknown): void {
    if (this.isStopped) return
    try {
      const result = run()
      if (result !== undefined) Promise.resolve(result).catch(this.#report)
    } catch (error) {
      this.#report(error)
    }
  }
}

/** Calls `fail` each time the connection fails permanently. `check` calls it if the connection has already failed. */
function watchFailures(connection: Connection, fail: (error: Error) => void) {
  let lastStatus: Status | undefined
  const watch = ({ status, error }: ConnectionSnapshot) => {
    if (status === 'failed' && status !== lastStatus && error) fail(error)
    lastStatus = status
  }
  return { check: () => watch(connection.snapshot), stop: connection.subscribe(watch) }
}
