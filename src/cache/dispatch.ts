import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type Message, messageKey } from '../core/envelope.ts'
import type { ConnectionEvent } from '../core/events.ts'
import type { Cursor } from '../core/recovery.ts'
import type { Feed } from './feed.ts'
import type { MessageRule, MessageTable } from './messageTable.ts'

/** What dispatching needs. */
export interface DispatchOptions {
  table: MessageTable
  feed: Feed
  report(event: ConnectionEvent): void
}

/**
 * Brings messages to the cache, in order. `isReply`: a request waits for it, so that its type needs no rule, and what it
 * changes is written at once. Gives the message as its schema made it, or nothing where that refused it.
 */
export type Dispatch = (message: Message, isReply: boolean, cursor?: Cursor) => Taken

type Taken = Promise<Message | undefined> | Message | undefined
type Result = StandardSchemaV1.Result<unknown>

/** Creates the dispatch of one connection. */
export function createDispatch({ table, feed, report }: DispatchOptions): Dispatch {
  const warned = new Set<string>()
  const inOrder = createOrder()

  function guarded(type: string, call: () => void) {
    try {
      call()
    } catch (error) {
      report({ kind: 'handler-error', type, error })
    }
  }

  function deliver(message: Message, rule: MessageRule | undefined, isReply: boolean) {
    for (const listener of table.listeners) guarded(message.type, () => listener(message))
    if (message.error !== undefined) return isReply ? undefined : missed(message.type)
    const { handler } = rule ?? {}
    if (handler) return guarded(message.type, () => handler(message, feed))
    const key = messageKey(message.type, message.params)
    if (rule || feed.has(key)) return feed.setQueryData(key, message.response)
    if (!isReply) missed(message.type)
  }

  function missed(type: string) {
    report({ kind: 'unknown-type', type })
    if (warned.has(type) || warned.size > 100 || table.listeners.length > 0 || !isDevelopment()) return
    warned.add(type)
    console.warn(`react-query-realtime: no handler, schema or query for messages of type "${type}".`)
  }

  const dispatch: Dispatch = (message, isReply, cursor) => {
    const rule = table.rule(message.type)
    const finish = (valid: Message | undefined) => {
      if (valid) feed.at(cursor, () => deliver(valid, rule, isReply))
      else report({ kind: 'bad-message', reason: 'invalid', type: message.type })
      if (isReply) feed.flush()
      return valid
    }
    if (!rule?.response || message.error !== undefined) return finish(message)
    const result = validate(message, rule)
    return result instanceof Promise ? result.then(finish) : finish(result)
  }

  return (message, isReply, cursor) =>
    inOrder(
      () => dispatch(message, isReply, cursor),
      error => report({ kind: 'handler-error', type: message.type, error }),
    )
}

/** Runs calls at once; while an asynchronous one is at work, what comes later waits for it. */
function createOrder() {
  let tail: Promise<Message | undefined> | undefined
  return (call: () => Taken, failed: (error: unknown) => void): Taken => {
    const done = tail ? tail.then(call) : call()
    if (!(done instanceof Promise)) return done
    const next = done.catch((error: unknown) => {
      failed(error)
      return undefined
    })
    tail = next
    void next.then(() => {
      if (tail === next) tail = undefined
    })
    return next
  }
}

/** The message with what its schemas made of it; `undefined` where they refuse it. */
function validate(
  message: Message,
  { response, params }: MessageRule,
): Message | undefined | Promise<Message | undefined> {
  const results = [
    response?.['~standard'].validate(message.response),
    params?.['~standard'].validate(message.params),
  ]
  const read = ([ofResponse, ofParams]: (Result | undefined)[]) => {
    if (ofResponse?.issues || ofParams?.issues) return undefined
    return { ...message, response: ofResponse?.value, params: ofParams ? ofParams.value : message.params }
  }
  const isAsync = results.some(result => result instanceof Promise)
  return isAsync
    ? Promise.all(results.map(result => Promise.resolve(result))).then(read)
    : read(results as (Result | undefined)[])
}

declare const process: { env: { NODE_ENV?: string } } | undefined

function isDevelopment(): boolean {
  return typeof process !== 'undefined' && process.env.NODE_ENV !== 'production'
}
