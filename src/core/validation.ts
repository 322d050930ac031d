import { withAdvice } from './advice.ts'
import { ConfigurationError } from './errors.ts'

type Defined<Options> = { [Key in keyof Options]: Exclude<Options[Key], undefined> }

/** The options that are set. An explicit `undefined` always means the default. */
export function definedOnly<Options extends object>(
  options: Options,
): { [Key in keyof Options]?: Exclude<Options[Key], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as never
}

/** Merges options over their defaults. A later value wins unless it is `undefined`. */
export function withDefaults<Defaults extends object, Options extends object>(
  defaults: Defaults,
  ...all: (Options | undefined)[]
): Defined<Defaults> & { [Key in Exclude<keyof Options, keyof Defaults>]?: Defined<Options>[Key] } {
  return Object.assign({}, defaults, ...all.map(options => definedOnly(options ?? {}))) as never
}

const NOT_NEGATIVE = 0
const AT_LEAST_ONE = 1
/** The least number above 0. */
const POSITIVE = Number.MIN_VALUE

/** The minimum of an option, or of each option in it. */
type Rules = { readonly [option: string]: number | Rules }

const BACKOFF = { minDelay: NOT_NEGATIVE, maxDelay: NOT_NEGATIVE, factor: AT_LEAST_ONE }

/** Every numeric option of the provider and the hooks, by name. A name means the same wherever it is used. */
const NUMBERS: Rules = {
  heartbeat: { interval: POSITIVE, timeout: POSITIVE },
  reconnect: {
    ...BACKOFF,
    maxRetries: NOT_NEGATIVE,
    stableAfter: NOT_NEGATIVE,
    connectTimeout: POSITIVE,
  },
  backoff: BACKOFF,
  recovery: { rememberedFor: POSITIVE },
  expects: { within: POSITIVE },
  queue: { limit: NOT_NEGATIVE, ttl: NOT_NEGATIVE },
  closeDelay: NOT_NEGATIVE,
  gapSpread: NOT_NEGATIVE,
  maxMessageBytes: POSITIVE,
  maxQueries: NOT_NEGATIVE,
  silenceTimeout: POSITIVE,
  holdTimeout: POSITIVE,
  interval: NOT_NEGATIVE,
  timeout: POSITIVE,
}

/** Throws a `ConfigurationError` that names the first option whose number is invalid. `undefined` is the default. */
export function assertNumbers(options: object, rules: Rules = NUMBERS, path = ''): void {
  for (const [name, rule] of Object.entries(rules)) {
    const value = (options as Record<string, unknown>)[name]
    // On/off switches and functions are not numbers.
    if (value === undefined || typeof value === 'boolean' || typeof value === 'function') continue
    if (typeof rule === 'number') assertNumber(path + name, value, rule)
    else if (typeof value === 'object' && value !== null) assertNumbers(value, rule, `${path}${name}.`)
  }
}

function assertNumber(name: string, value: unknown, min: number): void {
  if (typeof value === 'number' && value >= min) return
  const given = typeof value === 'number' ? String(value) : kindOf(value)
  const range = min === POSITIVE ? 'above 0' : `of at least ${min}`
  throw new ConfigurationError(`"${name}" must be a number ${range}, not ${given}.`)
}

/** Names a value of the wrong type in an error. Never its content, which may be a secret. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Number.isNaN(value)) return 'NaN'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'string') return 'a string'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** Whether a value is a promise, from any realm or library. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
  return isObject && typeof (value as { then?: unknown }).then === 'function'
}

/**
 * Returns a value that is needed synchronously. `what` names the option or function that it comes from.
 *
 * @throws ConfigurationError if it is a promise. Its rejection is then ignored.
 */
export function refusePromise<Value>(value: Value, what: string): Value {
  if (!isPromise(value)) return value
  ignoreRejection(value)
  throw new ConfigurationError(withAdvice(`${what} returned a promise.`, 'async'))
}

/** A promise that nothing awaits must not cause an unhandled rejection. */
export function ignoreRejection(promise: PromiseLike<unknown>): void {
  Promise.resolve(promise).catch(() => undefined)
}

/**
 * Calls the application's `build` for a first message. `part` names it in errors, which never quote what was
 * thrown.
 */
export function buildFirstMessage(part: string, build: () => unknown): unknown {
  let message: unknown
  try {
    message = build()
  } catch {
    // What it threw may quote the token.
    throw new ConfigurationError(withAdvice(`The function given to ${part} threw.`, 'threw'))
  }
  refusePromise(message, `The function given to ${part}`)
  if (message !== undefined) return message
  throw new ConfigurationError(withAdvice(`The function given to ${part} returned nothing.`, 'noMessage'))
}
