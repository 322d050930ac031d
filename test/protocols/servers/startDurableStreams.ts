import { DurableStreamTestServer } from '@durable-streams/server'
import { onTestFinished } from 'vitest'
import { startFaultProxy } from '../../support/faultProxy/startFaultProxy.ts'

/** The reference server with one stream of JSON, behind a proxy that drops connections. */
export async function startDurableStreams() {
  const server = new DurableStreamTestServer({ port: 0, longPollTimeout: 500, compression: false })
  const origin = await server.start()
  const stream = `${origin}/v1/stream/rows`
  const proxy = await startFaultProxy(origin)
  onTestFinished(async () => {
    await proxy.close()
    await server.stop()
  })
  const headers = { 'content-type': 'application/json' }
  const send = async (method: string, body?: object, more: Record<string, string> = {}) => {
    const init = { method, headers: { ...headers, ...more }, ...(body && { body: JSON.stringify(body) }) }
    const { ok, status } = await fetch(stream, init)
    if (!ok) throw new Error(`${method}: ${status}`)
  }
  await send('PUT')
  return {
    url: proxy.url,
    drop: () => proxy.strike({ do: 'reset' }),
    publish: (row: number) => send('POST', { type: 'row', response: row }),
    post: (message: object) => send('POST', message),
    /** No more rows, ever. */
    end: () => send('POST', undefined, { 'stream-closed': 'true' }),
  }
}
