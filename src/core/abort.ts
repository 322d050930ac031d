/** The error that an aborted signal throws. Signals in React Native have no `reason`. */
export function abortReason(signal: AbortSignal | undefined): Error {
  return (
    (signal?.reason as Error | undefined) ??
    Object.assign(new Error('The request was aborted.'), { name: 'AbortError' })
  )
}

/** Throws if the signal is aborted. Signals in React Native have no `throwIfAborted`. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortReason(signal)
}
