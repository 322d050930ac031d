import type { FetchLike, TransportRequest } from './transport.ts'

interface Reader {
  read(): Promise<{ value?: Uint8Array | undefined }>
  cancel(): Promise<void>
}

/** One request at a time, each in place of the one before. */
export function createHttpExchange() {
  let controller: AbortController | undefined
  let reader: Reader | undefined
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
      reader = response.body?.getReader() ?? readAtOnce(response)
      if (signal.aborted) drop()
      return response
    },
    read: async () => (await reader?.read())?.value,
  }
}

/** For a body that is no stream, as in React Native, or that is not there. */
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
