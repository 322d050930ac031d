import { isTokenRequired, tokenOf, type DemoRequest } from './request.ts'

/** Calls `onEnd` when the token of `request` ends. Returns a function that stops watching. */
export function watchToken(request: DemoRequest, onEnd: () => void): () => void {
  const token = isTokenRequired(request) ? tokenOf(request) : undefined
  return token === undefined ? () => undefined : request.channel.tokens.watch(token, onEnd)
}
