import { ConfigurationError } from './errors.ts'

/** Whether a value is a promise, of any realm or library. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
  return isObject && typeof (value as { then?: unknown }).then === 'function'
}

/**
 * Gives back a value that is needed at once. `what` names the option or function that it comes from.
 *
 * @throws ConfigurationError where it is a promise, whose rejection is ignored then.
 */
export function refusePromise<Value>(value: Value, what: string): Value {
  if (!isPromise(value)) return value
  ignoreRejection(value)
  throw new ConfigurationError(
    `${what} gave a promise. It must give its result at once: do not make it async.`,
  )
}

/** What nobody waits for must not be an unhandled rejection. */
export function ignoreRejection(promise: PromiseLike<unknown>): void {
  Promise.resolve(promise).catch(() => undefined)
}
