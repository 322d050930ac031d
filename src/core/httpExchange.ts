import type { FetchLike, TransportRequest } from './transport.ts'

/** One request at a time, each in place of the one before. */
export function createHttpExchange() {
  let controller: AbortController | undefined
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  // A `fetch` that ignores its signal has its body cancelled all the same.
  function drop() {
    controller?.abort()
    reader?.cancel().catch(() => undefined)
  }
  return {
    drop,
    async ask(fetch: FetchLike, { url, headers, redirect = 'follow' }: TransportRequest, init: RequestInit) {
      drop()
      const { signal } = (controller = new AbortController())
      const response = await fetch(url, { ...init, cache: 'no-store', headers, redirect, signal })
      reader = response.body?.getReader()
      if (signal.aborted) drop()
      return response
    },
    read: async () => (await reader?.read())?.value,
  }
}
