import type { SharedRequest } from '../core/portMessages.ts'
import type { FetchLike } from '../core/transport.ts'
import { createBlockSplitter } from './streamBlocks.ts'
import type { OpenSource } from './sources.ts'

/** Sends requests over HTTP. The pages decide what a status means. */
export function createFetchSource(fetch: FetchLike): OpenSource<SharedRequest & { kind: 'fetch' }> {
  return ({ url, init, framing }, sink) => {
    const controller = new AbortController()
    const { signal } = controller
    // What reads the body holds neither the request nor the response, which may contain a token.
    fetch(url, { ...init, signal })
      .then(({ status, headers, body }) => {
        if (signal.aborted) return undefined
        sink.onOpen({ status, headers: [...headers] })
        const split = createBlockSplitter(status === 200 ? framing : 'none')
        return read(body, part => {
          const block = split(part)
          if (block && !signal.aborted) sink.onFrame(block)
          if (!part) sink.onEnd({ kind: 'ended' })
        })
      })
      .catch(() => {
        if (!signal.aborted) sink.onEnd({ kind: 'network' })
      })
    return { send: () => undefined, close: () => controller.abort() }
  }
}

/** Passes on all bytes, and then `undefined`. */
async function read(body: Response['body'], take: (part?: Uint8Array) => void): Promise<void> {
  const reader = body?.getReader()
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) take(part.value)
  take()
}
