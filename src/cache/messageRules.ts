import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Message } from '../core/envelope.ts'
import type { CacheWriter, MessageSchemas } from './messageTypes.ts'

/** Turns one message into changes of the cache. */
export type MessageHandler = (message: Message, cache: CacheWriter) => void

/** What one user of a connection declares about its messages. */
export interface UserRules {
  on?: Readonly<Record<string, MessageHandler | undefined>> | undefined
  /** Schemas by type. */
  messages?: object | undefined
  onMessage?: ((message: Message) => void) | undefined
  /** Of a socket. An asynchronous schema may take as long as data to send may wait (ms). */
  queue?: { readonly ttl?: number | undefined } | undefined
}

/** How long an asynchronous schema may take, if `queue.ttl` is 0, infinite or missing (ms). */
const DEFAULT_SCHEMA_TIME = 30_000

/** Reads how new data is. The versions of a query must always grow, even across restarts of the server. */
export type VersionOf = (data: unknown) => number | string | undefined

/** What is declared for one type. */
export interface MessageRule {
  handler?: MessageHandler | undefined
  response?: StandardSchemaV1 | undefined
  params?: StandardSchemaV1 | undefined
  version?: VersionOf | undefined
}

/** The rules of one connection. If two users declare the same type, the latest rendered rule applies. */
export class MessageRules {
  /** What is declared, by type. A plain field, because every message reads it. */
  byType: ReadonlyMap<string, MessageRule> = new Map()
  /** The `onMessage` of every user. */
  listeners: readonly ((message: Message) => void)[] = []
  /** Whether data of any type has a version. */
  hasVersions = false
  /** How long an asynchronous schema may take (ms). */
  schemaTime = DEFAULT_SCHEMA_TIME
  /** What they were last computed from. */
  #inputs: readonly unknown[] = []

  /**
   * Applies what the users declare, in the order of their last render. Returns the types that had a handler before
   * and have none now. Without a user, the rules of the last users stay, for messages that arrive before the
   * connection ends.
   */
  apply(users: readonly UserRules[]): readonly string[] {
    const inputs = users.flatMap(({ on, messages, onMessage, queue }) => [on, messages, onMessage, queue])
    const isSame = inputs.every((input, index) => input === this.#inputs[index])
    if (isSame && inputs.length === this.#inputs.length) return []
    this.#inputs = inputs
    this.listeners = users.flatMap(({ onMessage }) => onMessage ?? [])
    if (users.length === 0) return []
    const { ttl = 0 } = users.at(-1)?.queue ?? {}
    this.schemaTime = ttl > 0 && ttl < Infinity ? ttl : DEFAULT_SCHEMA_TIME
    const previous = this.byType
    this.byType = merge(users)
    this.hasVersions = [...this.byType.values()].some(({ version }) => version)
    return [...previous.keys()].filter(type => previous.get(type)?.handler && !this.byType.get(type)?.handler)
  }

  /** The rule for the messages of this key; `undefined` if no message has such a key. */
  ofKey([type, ...rest]: readonly unknown[]): MessageRule | undefined {
    return typeof type === 'string' && rest.length <= 1 ? this.byType.get(type) : undefined
  }
}

function merge(users: readonly UserRules[]): Map<string, MessageRule> {
  const rules = new Map<string, MessageRule>()
  const ruleOf = (type: string) => {
    const rule = rules.get(type) ?? {}
    rules.set(type, rule)
    return rule
  }
  for (const { on = {}, messages = {} } of users) {
    for (const type of Object.keys(on)) ruleOf(type).handler = on[type]
    for (const type of Object.keys(messages))
      Object.assign(ruleOf(type), schemasOf((messages as MessageSchemas)[type]))
  }
  return rules
}

function schemasOf(schema: MessageSchemas[string] | undefined): MessageRule {
  if (!schema) return {}
  if ('~standard' in schema) return { response: schema }
  const { response, params, version } = schema
  return { response, params, version: version as VersionOf | undefined }
}
