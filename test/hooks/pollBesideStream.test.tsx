import { screen, waitFor } from '@testing-library/react'
import { append, usePolling, useServerEvents } from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { head } from '../support/eventStream.ts'
import { startServer } from '../support/httpServer.ts'
import { PING, type Row, sleep, startForgetfulServer } from '../support/forgetfulServer.ts'
import { renderLive } from './pollingSetup.tsx'

const rows = {
  liveQueries: [['rows']],
  on: {
    row: ({ response }: { response: unknown }, cache: { setQueryData(key: string[], to: unknown): void }) =>
      cache.setQueryData(['rows'], append(response as Row, { by: 'id' })),
  },
}

function Page({ interval }: { interval: number }) {
  const { status } = useServerEvents({ url: '/events', ...rows })
  const { data } = usePolling<Row[]>({ url: '/rows', queryKey: ['rows'], interval })
  return <p>{`${status}: ${(data ?? []).map(({ id }) => id).join(' ')}`}</p>
}

describe('a slow poll beside a stream of the same rows', () => {
  test('delivers the updates that a stuck channel has lost, without a gap', async () => {
    const server = await startForgetfulServer()
    server.publish()
    renderLive(<Page interval={3 * PING} />, { baseUrl: server.url, strict: true })
    await screen.findByText('open: 1')
    server.publish()
    await screen.findByText('open: 1 2')
    server.getStuck()
    server.publish()
    await screen.findByText('open: 1 2 3')
  })

  test('does not undo a push that arrived during a poll', async () => {
    let publish: (row: Row) => void = () => undefined
    let respond: (() => void)[] = []
    const { url } = await startServer((response, { url: path }) => {
      if (path === '/rows') return void respond.push(() => response.end('[{"id":1}]'))
      head(response).flushHeaders()
      publish = row => void response.write(`event: row\ndata: ${JSON.stringify(row)}\n\n`)
    })
    const answerAll = () => {
      for (const each of respond) each()
      respond = []
    }
    renderLive(<Page interval={PING} />, { baseUrl: url, strict: true })
    await screen.findByText('open:')
    await waitFor(() => expect(respond.length).toBeGreaterThan(0))
    answerAll()
    await screen.findByText('open: 1')
    await waitFor(() => expect(respond.length).toBeGreaterThan(0))
    publish({ id: 2 })
    await screen.findByText('open: 1 2')
    // The server looked this up before the push.
    answerAll()
    await sleep(PING / 2)
    expect(screen.getByText('open: 1 2')).toBeTruthy()
  })
})
