import { ConfigurationError } from './errors.ts'

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
  throw new ConfigurationError(`${what} returned a promise. It must be synchronous: do not make it async.`)
}

/** A promise that nothing awaits must not cause an unhandled rejection. */
export function ignoreRejection(promise: PromiseLike<unknown>): void {
  Promise.resolve(promise).catch(() => undefined)
}
