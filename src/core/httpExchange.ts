import type { FetchLike, TransportRequest } from './transport.ts'

interface Reader {
  read(): Promise<{ value?: Uint8Array | undefined }>
  cancel(): Promise<void>
}

/** Runs one request at a time; each replaces the one before. */
export function createHttpExchange() {
  let controller: AbortController | undefined
  let reader: Reader | undefined
  // A `fetch` that ignores its signal still gets its body cancelled.
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
      reader = response.body?.getReader() ?? readAtOnce(response)
      if (signal.aborted) drop()
      return response
    },
    read: async () => (await reader?.read())?.value,
  }
}

/** For a body that is not a stream (as in React Native) or is missing. */
function readAtOnce(response: Response): Reader {
  let isRead = false
  return {
    async read() {
      if (isRead) return {}
      isRead = true
      const bytes = new Uint8Array(await response.arrayBuffer())
      return bytes.byteLength > 0 ? { value: bytes } : {}
    },
    cancel: () => Promise.resolve(),
  }
}
