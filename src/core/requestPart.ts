import { RealtimeError } from './errors.ts'
import { type Failure, isUnauthorizedError, type RequestPart } from './failure.ts'

/** Carries the name of the part that threw. It never leaves the library. */
class PartError extends Error {
  readonly part: RequestPart
  constructor(part: RequestPart, cause: unknown) {
    super(part, { cause })
    this.part = part
  }
}

/** Calls an application function, so that `preparationFailure` can name it if it throws. */
export function inPart<Result>(part: RequestPart, call: () => Result): Result {
  const named = (cause: unknown) => (isNamed(cause) ? cause : new PartError(part, cause))
  try {
    const result = call()
    if (!(result instanceof Promise)) return result
    return result.catch((cause: unknown) => Promise.reject(named(cause))) as Result
  } catch (cause) {
    throw named(cause)
  }
}

function isNamed(cause: unknown): cause is Error {
  return cause instanceof PartError || cause instanceof RealtimeError
}

/** The failure for anything thrown while a request was prepared. */
export function preparationFailure(thrown: unknown): Failure {
  const { part, cause } = thrown instanceof PartError ? thrown : { part: undefined, cause: thrown }
  if (isUnauthorizedError(cause)) return { kind: 'token', cause }
  if (cause instanceof RealtimeError) return { kind: 'impossible', error: cause }
  // Leave out the cause of all others: what they throw may quote the token.
  return part === undefined || part === 'getToken' ? { kind: 'token', cause } : { kind: 'preparation', part }
}
