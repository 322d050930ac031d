import { screen, waitFor } from '@testing-library/react'
import { UnauthorizedError, useServerEvents, useSocket } from 'react-query-realtime'
import { expect, test } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { setUpRealtime } from '../support/setUpRealtime.tsx'
import { startSocketServer } from '../support/socketServer.ts'

const open = setUpRealtime()
const patient = { timeout: 10_000 }
const GREETING = JSON.stringify({ type: 'greeting', response: 'hello' })

/** A page with one connection, and the reasons for which it requested a token. */
async function openPage(url: string, useConnection: () => { status: string; error: Error | null }) {
  const reasons: string[] = []
  let error: Error | null = null
  const page = await open({
    getToken({ reason }) {
      reasons.push(reason)
      return `token-${reasons.length}`
    },
    trustedOrigins: [url.replace('ws:', 'http:')],
    reconnect: { minDelay: 40, maxDelay: 400, stableAfter: 60_000 },
  })
  function Light() {
    const result = useConnection()
    error = result.error
    return <i role="status">{result.status}</i>
  }
  page.render(<Light />)
  const shows = (status: string) =>
    waitFor(() => expect(screen.getByRole('status').textContent).toBe(status), patient)
  return { ...page, reasons, shows, error: () => error }
}

test('a server that greets and then closes with 4401 gets one fresh token, and then the connection fails', async () => {
  const server = await startSocketServer(socket => socket.send(GREETING, () => socket.close(4401)))
  const page = await openPage(server.url, () => useSocket({ url: server.url }))
  await page.shows('failed')
  expect(page.error()).toBeInstanceOf(UnauthorizedError)
  expect(page.error()?.message).toContain('4401')
  expect(page.reasons).toEqual(['connect', 'refused'])
  expect(server.sockets).toHaveLength(2)
})

test('retries of a server that greets and then drops are delayed more and more', async () => {
  const server = await startSocketServer(socket => socket.send(GREETING, () => socket.terminate()))
  const page = await openPage(server.url, () => useSocket({ url: server.url }))
  await waitFor(() => expect(server.sockets.length).toBeGreaterThanOrEqual(8), patient)
  const counts = page.events.flatMap(event => (event.kind === 'retry' ? [event.retryCount] : []))
  expect(counts).toEqual(counts.map((_count, index) => index + 1))
})

test('retries of an event stream that sends events and then ends are delayed more and more', async () => {
  const server = await startServer(response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${GREETING}\n\n`)
  })
  const page = await openPage(server.url, () => useServerEvents({ url: server.url }))
  await waitFor(() => expect(server.requests.length).toBeGreaterThanOrEqual(8), patient)
  const counts = page.events.flatMap(event => (event.kind === 'retry' ? [event.retryCount] : []))
  expect(counts).toEqual(counts.map((_count, index) => index + 1))
})
