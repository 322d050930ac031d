import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Message } from '../core/envelope.ts'
import type { VersionOf } from './age.ts'
import type { CacheWriter } from './cacheWriter.ts'
import type { MessageSchemas } from './messageTypes.ts'

/** Turns one message into changes of the cache. */
export type MessageHandler = (message: Message, cache: CacheWriter) => void

/** What one user of a connection says about its messages. */
export interface MessageRules {
  on?: Readonly<Record<string, MessageHandler>> | undefined
  messages?: MessageSchemas | undefined
  onMessage?: ((message: Message) => void) | undefined
}

/** What is known of one type. */
export interface MessageRule {
  handler?: MessageHandler | undefined
  response?: StandardSchemaV1 | undefined
  params?: StandardSchemaV1 | undefined
  version?: VersionOf | undefined
}

/** The one table of a connection: the same type declared by two users is one rule, that of the latest rendered. */
export class MessageTable {
  readonly #users = new Map<object, MessageRules>()
  #rules: Map<string, MessageRule> | undefined
  #listeners: readonly ((message: Message) => void)[] | undefined

  /** Sets the rules of a user; the user becomes the latest rendered. */
  set(user: object, rules: MessageRules): void {
    const former = this.#users.get(user)
    const isLast = former !== undefined && former === [...this.#users.values()].at(-1)
    if (isLast && isSame(former, rules)) return
    this.#users.delete(user)
    this.#users.set(user, rules)
    this.#forget()
  }

  /** A user goes. The rules of the last one stay, for what still comes in before the connection ends. */
  delete(user: object): void {
    const rules = this.#users.get(user)
    if (!rules) return
    this.#users.delete(user)
    if (this.#users.size === 0) this.#users.set(FORMER, { ...rules, onMessage: undefined })
    this.#forget()
  }

  /** Whether messages of this key's type are written at it without a handler. */
  owns([type, ...rest]: readonly unknown[]): boolean {
    const rule = typeof type === 'string' && rest.length <= 1 ? this.rule(type) : undefined
    return rule !== undefined && !rule.handler
  }

  /** Whether data of any type has a version. */
  get hasVersions(): boolean {
    return [...(this.#rules ??= this.#merge()).values()].some(({ version }) => version)
  }

  /** How the version of this key's data is read. */
  versionOf([type, ...rest]: readonly unknown[]): VersionOf | undefined {
    return typeof type === 'string' && rest.length <= 1 ? this.rule(type)?.version : undefined
  }

  rule(type: string): MessageRule | undefined {
    return (this.#rules ??= this.#merge()).get(type)
  }

  /** The `onMessage` of every user. */
  get listeners(): readonly ((message: Message) => void)[] {
    return (this.#listeners ??= [...this.#users.values()].flatMap(({ onMessage }) => onMessage ?? []))
  }

  #forget(): void {
    if (this.#users.size > 1) this.#users.delete(FORMER)
    this.#rules = undefined
    this.#listeners = undefined
  }

  #merge(): Map<string, MessageRule> {
    const rules = new Map<string, MessageRule>()
    const ruleOf = (type: string) => {
      const rule = rules.get(type) ?? {}
      rules.set(type, rule)
      return rule
    }
    for (const { on = {}, messages = {} } of new Set(this.#users.values())) {
      for (const type of Object.keys(on)) ruleOf(type).handler = on[type]
      for (const type of Object.keys(messages)) Object.assign(ruleOf(type), schemasOf(messages[type]))
    }
    return rules
  }
}

const FORMER = {}

function isSame(a: MessageRules, b: MessageRules): boolean {
  return a.on === b.on && a.messages === b.messages && a.onMessage === b.onMessage
}

function schemasOf(schema: MessageSchemas[string] | undefined): MessageRule {
  if (!schema) return {}
  if ('~standard' in schema) return { response: schema }
  const { response, params, version } = schema
  return { response, params, version: version as VersionOf | undefined }
}
