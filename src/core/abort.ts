/** What an aborted signal throws. The signals of React Native have no `reason`. */
export function abortReason(signal: AbortSignal | undefined): Error {
  return (
    (signal?.reason as Error | undefined) ??
    Object.assign(new Error('The request was aborted.'), { name: 'AbortError' })
  )
}

/** Throws where the signal is aborted. The signals of React Native have no `throwIfAborted`. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortReason(signal)
}
