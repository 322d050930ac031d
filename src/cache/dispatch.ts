import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type Message, messageKey } from '../core/envelope.ts'
import type { ConnectionEvent } from '../core/events.ts'
import type { Cursor } from '../core/recovery.ts'
import type { Feed } from './feed.ts'
import type { MessageHandler, MessageRule, MessageTable } from './messageTable.ts'

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
  function call(handler: MessageHandler, message: Message) {
    feed.type = message.type
    try {
      handler(message, feed)
    } catch (error) {
      report({ kind: 'handler-error', type: message.type, error })
    }
    feed.type = undefined
  }

  function deliver(message: Message, rule: MessageRule | undefined, isReply: boolean) {
    for (const listener of table.listeners) call(listener, message)
    if (message.error !== undefined) return isReply ? undefined : missed(message.type)
    if (rule?.handler) return call(rule.handler, message)
    // Who sent the request has its response: a reply makes no query of its own.
    const isKnown = rule !== undefined && !isReply
    const isWritten = feed.replace(messageKey(message.type, message.params), message.response, isKnown)
    if (!isWritten && !isReply) missed(message.type)
  }

  const missed = (type: string) => report({ kind: 'unknown-type', type })
  const failed = (type: string, error: unknown) => report({ kind: 'handler-error', type, error })

  return inOrder(failed, (message, isReply, cursor) => {
    const rule = table.rule(message.type)
    const finish = (valid: Message | undefined) => {
      if (feed.hasEnded) return undefined
      feed.cursor = cursor
      if (valid) deliver(valid, rule, isReply)
      else report({ kind: 'bad-message', reason: 'invalid', type: message.type })
      feed.cursor = undefined
      if (isReply) feed.flush()
      return valid
    }
    if (!rule?.response || message.error !== undefined) return finish(message)
    const result = validate(message, rule)
    return result instanceof Promise ? result.then(finish) : finish(result)
  })
}

/** Calls at once; while an asynchronous schema is at work, what comes later waits for it. */
function inOrder(failed: (type: string, error: unknown) => void, dispatch: Dispatch): Dispatch {
  let tail: Promise<Message | undefined> | undefined
  return (message, isReply, cursor) => {
    const taken = tail
      ? tail.then(() => dispatch(message, isReply, cursor))
      : dispatch(message, isReply, cursor)
    if (!(taken instanceof Promise)) return taken
    const next = taken.catch((error: unknown) => {
      failed(message.type, error)
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
function validate(message: Message, { response, params }: MessageRule): Taken {
  const ofResponse = response?.['~standard'].validate(message.response)
  const ofParams = params?.['~standard'].validate(message.params)
  if (ofResponse instanceof Promise || ofParams instanceof Promise)
    return Promise.all([ofResponse, ofParams]).then(results => withResults(message, ...results))
  return withResults(message, ofResponse, ofParams)
}

function withResults(message: Message, response?: Result, params?: Result): Message | undefined {
  if (response?.issues || params?.issues) return undefined
  return { ...message, response: response?.value, params: params ? params.value : message.params }
}
