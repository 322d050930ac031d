import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type Message, messageKey } from '../core/envelope.ts'
import type { ConnectionEvent } from '../core/events.ts'
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
 * changes is written at once. Gives a promise where a schema is asynchronous.
 */
export type Dispatch = (message: Message, isReply: boolean) => Promise<void> | void

type Result = StandardSchemaV1.Result<unknown>

/** Creates the dispatch of one connection. */
export function createDispatch({ table, feed, report }: DispatchOptions): Dispatch {
  const warned = new Set<string>()
  /** Set while an asynchronous schema is at work: what comes later waits for it. */
  let tail: Promise<void> | undefined

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

  function dispatch(message: Message, isReply: boolean): void | Promise<void> {
    const rule = table.rule(message.type)
    if (!rule?.response || message.error !== undefined) return deliver(message, rule, isReply)
    const result = validate(message, rule)
    const finish = (valid: Message | undefined) => {
      if (valid) deliver(valid, rule, isReply)
      else report({ kind: 'bad-message', reason: 'invalid', type: message.type })
    }
    return result instanceof Promise ? result.then(finish) : finish(result)
  }

  return (message, isReply) => {
    const done = tail ? tail.then(() => dispatch(message, isReply)) : dispatch(message, isReply)
    const finish = () => {
      if (isReply) feed.flush()
    }
    if (!(done instanceof Promise)) return finish()
    const failed = (error: unknown) => report({ kind: 'handler-error', type: message.type, error })
    const next = done.catch(failed).then(finish)
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
