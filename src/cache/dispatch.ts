import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Clock, TimerHandle } from '../core/platform.ts'
import type { Delivery } from '../core/connectionPorts.ts'
import { type Message, messageKey } from '../core/envelope.ts'
import type { ConnectionEvent } from '../core/events.ts'
import type { LiveQueries } from './liveQueries.ts'
import type { MessageHandler, MessageRule, MessageRules } from './messageRules.ts'

/** What dispatching needs. */
interface DispatchOptions {
  rules: MessageRules
  liveQueries: LiveQueries
  clock: Clock
  report(event: ConnectionEvent): void
}

/**
 * Delivers messages to the cache, in order. A reply needs no rule, and its changes are written immediately.
 * Returns the message as its schema parsed it, or `undefined` if the schema rejected it.
 */
export type Dispatch = (message: Message, delivery: Delivery) => Parsed

type Parsed = Promise<Message | undefined> | Message | undefined
type Result = StandardSchemaV1.Result<unknown>
/** The result of the schemas: the parsed message, or what is wrong with it. */
type Validated = { message: Message } | { message: undefined; event: ConnectionEvent }

/** The handler of messages with an `error`. */
const ERROR_HANDLER = 'error'

/** Creates the dispatch of one connection. */
export function createDispatch(options: DispatchOptions): Dispatch {
  const { rules, liveQueries, report } = options
  /** The last message that waits for a schema, its own or an earlier message's. */
  let tail: Promise<unknown> | undefined
  const failed = (type: string) => (error: unknown) => report(failure(type, error))

  function call(handler: MessageHandler, message: Message) {
    liveQueries.type = message.type
    try {
      const result: unknown = handler(message, liveQueries)
      if (result !== undefined) Promise.resolve(result).catch(failed(message.type))
    } catch (error) {
      failed(message.type)(error)
    }
    liveQueries.type = undefined
  }

  function deliver(message: Message, { isExpected = false, isNotice }: Delivery) {
    const { type, params, response, error } = message
    for (const listener of rules.listeners) call(listener, message)
    if (isNotice) return
    const hasError = error !== undefined
    // The request or the subscription reports it.
    if (hasError && isExpected) return
    const rule = rules.byType.get(hasError ? ERROR_HANDLER : type)
    if (rule?.handler) return call(rule.handler, message)
    if (hasError) return report({ kind: 'unknown-type', type, hasError })
    // The caller of the request already has its response, and a subscription has its query, so neither creates one.
    const mayCreate = rule !== undefined && !isExpected
    const isWritten = liveQueries.replace(messageKey(type, params), response, mayCreate)
    if (!isWritten && !isExpected) report({ kind: 'unknown-type', type })
  }

  function finish(validated: Validated, delivery: Delivery): Message | undefined {
    if (liveQueries.hasEnded) return undefined
    liveQueries.cursor = delivery.cursor
    if (validated.message) deliver(validated.message, delivery)
    else report(validated.event)
    liveQueries.cursor = undefined
    if (delivery.isAwaited) liveQueries.flush()
    return validated.message
  }

  return (message, delivery) => {
    const validated = validate(message, options)
    if (!tail && !(validated instanceof Promise)) return finish(validated, delivery)
    const next = Promise.all([validated, tail])
      .then(([known]) => finish(known, delivery))
      .catch(failed(message.type))
      .then(parsed => {
        if (tail === next) tail = undefined
        return parsed ?? undefined
      })
    tail = next
    return next
  }
}

const failure = (type: string, error: unknown) => ({ kind: 'handler-error', type, error }) as const

/** Schemas start when a message arrives, not when it is its turn, so that none waits longer than one of them takes. */
function validate(message: Message, { rules, clock }: DispatchOptions): Promise<Validated> | Validated {
  const { type } = message
  const rule = rules.byType.get(type)
  if (!rule?.response || message.error !== undefined) return { message }
  const rejected = (event: ConnectionEvent) => ({ message: undefined, event })
  const invalid = rejected({ kind: 'bad-message', reason: 'invalid', type })
  const passed = (parsed: Message | undefined) => (parsed ? { message: parsed } : invalid)
  const failed = (error: unknown) => rejected(failure(type, error))
  try {
    const parsed = parse(message, rule)
    if (!(parsed instanceof Promise)) return passed(parsed)
    return within(clock, { promise: parsed.then(passed, failed), time: rules.schemaTime, late: invalid })
  } catch (error) {
    return failed(error)
  }
}

/** What a promise resolves with, or `late` if it takes too long. */
function within<Value>(
  clock: Clock,
  { promise, time, late }: { promise: Promise<Value>; time: number; late: Value },
): Promise<Value> {
  let timer: TimerHandle | undefined
  const deadline = new Promise<Value>(resolve => {
    timer = clock.setTimeout(() => resolve(late), time)
  })
  return Promise.race([promise, deadline]).finally(() => clock.clearTimeout(timer))
}

/** The message as its schemas parse it; `undefined` if they reject it. */
function parse(message: Message, { response, params }: MessageRule): Parsed {
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
