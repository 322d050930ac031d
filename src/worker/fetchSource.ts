import type { SharedRequest } from '../core/portMessages.ts'
import type { FetchLike } from '../core/transport.ts'
import { createBlockSplitter } from './streamBlocks.ts'
import type { OpenSource } from './sources.ts'

/** Sends requests over HTTP. The pages decide what a status means. */
export function createFetchSource(fetch: FetchLike): OpenSource<SharedRequest & { kind: 'fetch' }> {
  return ({ url, init, framing }, sink) => {
    const controller = new AbortController()
    const { signal } = controller

    async function run(): Promise<void> {
      const response = await fetch(url, { ...init, signal })
      const { status, headers, body } = response
      if (signal.aborted) return
      sink.onOpen({ status, headers: [...headers] })
      const split = createBlockSplitter(status === 200 ? framing : 'none')
      const reader = body?.getReader()
      for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
        const block = split(part.value)
        if (signal.aborted) return
        if (block) sink.onFrame(block)
      }
      const rest = split()
      if (rest) sink.onFrame(rest)
      sink.onEnd({ kind: 'ended' })
    }

    run().catch(() => {
      if (!signal.aborted) sink.onEnd({ kind: 'network' })
    })
    return { send: () => undefined, close: () => controller.abort() }
  }
}
