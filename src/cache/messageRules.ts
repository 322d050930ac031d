import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Message } from '../core/envelope.ts'
import type { VersionOf } from './freshness.ts'
import type { CacheWriter, MessageSchemas } from './messageTypes.ts'

/** Turns one message into changes of the cache. */
export type MessageHandler = (message: Message, cache: CacheWriter) => void

/** What one user of a connection declares about its messages. */
export interface UserRules {
  on?: Readonly<Record<string, MessageHandler | undefined>> | undefined
  /** Schemas by type. */
  messages?: object | undefined
  onMessage?: ((message: Message) => void) | undefined
}

/** What is declared for one type. */
export interface MessageRule {
  handler?: MessageHandler | undefined
  response?: StandardSchemaV1 | undefined
  params?: StandardSchemaV1 | undefined
  version?: VersionOf | undefined
}

/** The rules of one connection. If two users declare the same type, the latest rendered rule applies. */
export class MessageRules {
  readonly #users = new Map<object, UserRules>()
  /** Rules of users that left since `settle`. They apply until then, or as long as there is no other user. */
  readonly #left = new Set<UserRules>()
  /** The user that was set last, unless it has left. */
  #last: object | undefined
  #handled: ReadonlySet<string> = new Set()
  #isSettled = true
  #rules: Map<string, MessageRule> | undefined
  #listeners: readonly ((message: Message) => void)[] | undefined

  /** Sets the rules of a user, which becomes the latest rendered. */
  set(user: object, rules: UserRules): void {
    const former = this.#users.get(user)
    if (former && this.#last === user && isSame(former, rules)) return
    this.#users.delete(user)
    this.#users.set(user, rules)
    this.#last = user
    this.#forget()
  }

  /** Removes a user. Its rules apply until `settle`, because another user may replace it in the same commit. */
  delete(user: object): void {
    const rules = this.#users.get(user)
    if (!rules) return
    this.#users.delete(user)
    if (this.#last === user) this.#last = undefined
    this.#left.add(rules)
    this.#forget()
  }

  /**
   * Ends a round of changes. Returns the types that had a handler before it and have none now. The rules of
   * the last users stay, for messages that arrive before the connection ends.
   */
  settle(): readonly string[] {
    if (this.#users.size > 0 && this.#left.size > 0) {
      this.#left.clear()
      this.#forget()
    }
    if (this.#isSettled) return []
    this.#isSettled = true
    const handled = new Set<string>()
    for (const [type, { handler }] of this.#currentRules) if (handler) handled.add(type)
    const lost = [...this.#handled].filter(type => !handled.has(type))
    this.#handled = handled
    return lost
  }

  /** Whether messages of this key's type are written to it without a handler. */
  owns([type, ...rest]: readonly unknown[]): boolean {
    const rule = typeof type === 'string' && rest.length <= 1 ? this.rule(type) : undefined
    return rule !== undefined && !rule.handler
  }

  /** Whether data of any type has a version. */
  get hasVersions(): boolean {
    return [...this.#currentRules.values()].some(({ version }) => version)
  }

  /** How to read the version of this key's data. */
  versionOf([type, ...rest]: readonly unknown[]): VersionOf | undefined {
    return typeof type === 'string' && rest.length <= 1 ? this.rule(type)?.version : undefined
  }

  rule(type: string): MessageRule | undefined {
    return this.#currentRules.get(type)
  }

  /** The `onMessage` of every user. */
  get listeners(): readonly ((message: Message) => void)[] {
    return (this.#listeners ??= [...this.#users.values()].flatMap(({ onMessage }) => onMessage ?? []))
  }

  get #currentRules(): Map<string, MessageRule> {
    return (this.#rules ??= this.#merge())
  }

  #forget(): void {
    this.#isSettled = false
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
    for (const { on = {}, messages = {} } of new Set([...this.#left, ...this.#users.values()])) {
      for (const type of Object.keys(on)) ruleOf(type).handler = on[type]
      for (const type of Object.keys(messages))
        Object.assign(ruleOf(type), schemasOf((messages as MessageSchemas)[type]))
    }
    return rules
  }
}

function isSame(a: UserRules, b: UserRules): boolean {
  return a.on === b.on && a.messages === b.messages && a.onMessage === b.onMessage
}

function schemasOf(schema: MessageSchemas[string] | undefined): MessageRule {
  if (!schema) return {}
  if ('~standard' in schema) return { response: schema }
  const { response, params, version } = schema
  return { response, params, version: version as VersionOf | undefined }
}
