import { screen, waitFor } from '@testing-library/react'
import { cursorInHeader, cursorInQuery, type MessageMeta, useServerEvents } from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { startServer, writeParts } from '../support/httpServer.ts'
import { pageFetch } from '../support/pageFetch.ts'
import { allowConsole } from '../support/consoleGuard.ts'
import { renderLive } from './pollingSetup.tsx'

type Options = Parameters<typeof useServerEvents>[0]

const patient = { timeout: 15_000 }
const reconnect = { minDelay: 10, maxDelay: 20 }

function Stream({ options }: { options: Options }) {
  const { status, error } = useServerEvents(options)
  return <p>{`${status} ${error?.message ?? ''}`.trim()}</p>
}

/** A server that sends some lines to each request and holds the stream. */
const startLines = (...parts: string[]) =>
  startServer(response => writeParts(response.writeHead(200, { 'content-type': 'application/json' }), parts))

describe('useServerEvents with lines', () => {
  test('a line is an envelope, an array of them, or a response without a type', async () => {
    const { url } = await startLines(
      '{"type":"price","params":"A","response":1}\n',
      '[{"type":"price","params":"A","response":2},{"type":"price","params":"B","response":3}]\n',
      '{"plain":true}\n7\n[]\n',
    )
    const seen: unknown[] = []
    const options: Options = {
      url,
      framing: 'lines',
      onMessage: ({ type, params, response }) => void seen.push([type, params, response]),
      on: {
        message: () => {},
        price: ({ params, response }, cache) => cache.setQueryData([params], response),
      },
    }
    const { queryClient } = renderLive(<Stream options={options} />)
    await waitFor(() => expect(seen).toHaveLength(5), patient)
    expect(seen).toEqual([
      ['price', 'A', 1],
      ['price', 'A', 2],
      ['price', 'B', 3],
      ['message', undefined, { plain: true }],
      ['message', undefined, 7],
    ])
    await waitFor(() => expect(queryClient.getQueryData(['B'])).toBe(3))
    expect(queryClient.getQueryData(['A'])).toBe(2)
  })

  test('a line that is not JSON is a bad message, and the lines after it arrive', async () => {
    allowConsole(/could not be read/)
    const { url } = await startLines('{"type":"a","response":\n', '{"type":"b","response":1}\n')
    const seen: string[] = []
    const bad: string[] = []
    const options: Options = { url, framing: 'lines', onMessage: ({ type }) => void seen.push(type) }
    renderLive(<Stream options={options} />, {
      onEvent: event => void (event.kind === 'bad-message' && bad.push(event.reason)),
    })
    await waitFor(() => expect(seen).toEqual(['b']), patient)
    expect(bad).toEqual(['unreadable'])
    await screen.findByText('open')
  })

  test('parse gets each line as text, with the status and headers of its response', async () => {
    const { url } = await startLines('ADDED 1\n', 'DELETED 1\n')
    const metas: MessageMeta[] = []
    const seen: unknown[] = []
    const options: Options = {
      url,
      framing: 'lines',
      parse: (data, meta) => {
        metas.push(meta)
        const [type, response] = String(data).split(' ')
        return { type, response }
      },
      onMessage: ({ type, response }) => void seen.push([type, response]),
    }
    renderLive(<Stream options={options} />)
    await waitFor(() => expect(seen).toHaveLength(2), patient)
    expect(seen).toEqual([
      ['ADDED', '1'],
      ['DELETED', '1'],
    ])
    expect(metas.map(({ type, status, headers }) => [type, status, headers?.get('content-type')])).toEqual([
      [undefined, 200, 'application/json'],
      [undefined, 200, 'application/json'],
    ])
  })

  test('is another connection than events from the same URL', async () => {
    const { url, requests } = await startServer((response, { headers }) => {
      const isEvents = headers.accept === 'text/event-stream'
      response.writeHead(200, { 'content-type': isEvents ? 'text/event-stream' : 'application/json' })
      response.write('\n')
    })
    const seen = [
      <Stream key="a" options={{ url }} />,
      <Stream key="b" options={{ url, framing: 'lines' }} />,
    ]
    renderLive(seen)
    await waitFor(() => expect(screen.getAllByText('open')).toHaveLength(2), patient)
    expect(requests).toHaveLength(2)
  })

  test('is closed by isLast, and resumes with recovery after a drop', async () => {
    const { url, requests } = await startServer((response, request, index) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const lines = [1, 2, 3].map(seq => `{"type":"row","response":${seq},"id":"${seq}"}\n`)
      if (index === 0) response.write(lines[0])
      else response.end(lines.slice(1).join(''))
      if (index === 0) setTimeout(() => request.socket.resetAndDestroy(), 50)
    })
    const seen: unknown[] = []
    const options: Options = {
      url,
      framing: 'lines',
      reconnect,
      recovery: { cursor: ({ id }) => id, attach: cursorInQuery('since'), resumed: () => undefined },
      isLast: ({ response }) => response === 3,
      onMessage: ({ response }) => void seen.push(response),
    }
    renderLive(<Stream options={options} />)
    await screen.findByText('closed', undefined, patient)
    expect(seen).toEqual([1, 2, 3])
    expect(requests.map(request => request.url)).toEqual(['/', '/?since=1'])
  })

  test('a stream that breaks off after silenceTimeout without an empty line is requested again', async () => {
    const { url, requests } = await startLines('1\n')
    renderLive(
      <Stream
        options={{ url, framing: 'lines', silenceTimeout: 60, reconnect, on: { message: () => {} } }}
      />,
    )
    await waitFor(() => expect(requests.length).toBeGreaterThan(1), patient)
  })
})

describe('attachCursor', () => {
  /** A server of another origin that allows no header, and ends each stream after one event. */
  const startOther = () =>
    startServer((response, { method }, index) => {
      if (method === 'OPTIONS') return response.writeHead(405).end()
      const headers = { 'content-type': 'text/event-stream', 'access-control-allow-origin': '*' }
      return response.writeHead(200, headers).end(`id: é${index}\ndata: 1\n\n`)
    })

  test('cursorInQuery sends the id of the last event in the URL, without a preflight', async () => {
    const { url, requests } = await startOther()
    const options: Options = {
      url: `${url}?room=1`,
      attachCursor: cursorInQuery('lastEventId'),
      reconnect,
      on: { message: () => {} },
    }
    renderLive(<Stream options={options} />, { fetch: pageFetch })
    await waitFor(() => expect(requests.length).toBeGreaterThan(2), patient)
    expect(requests.slice(0, 3).map(request => [request.method, request.url])).toEqual([
      ['GET', '/?room=1'],
      ['GET', `/?room=1&lastEventId=${encodeURIComponent('é0')}`],
      ['GET', `/?room=1&lastEventId=${encodeURIComponent('é1')}`],
    ])
    expect(requests.every(({ headers }) => headers['last-event-id'] === undefined)).toBe(true)
  })

  test('a missing attachCursor sends the header, which needs a preflight', async () => {
    const { url, requests } = await startOther()
    renderLive(<Stream options={{ url, reconnect, on: { message: () => {} } }} />, { fetch: pageFetch })
    await waitFor(() => expect(requests.map(({ method }) => method)).toContain('OPTIONS'), patient)
  })

  test('a function of your own gets the id that lastEventId names, too', async () => {
    const { url, requests } = await startServer(response =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('\n'),
    )
    renderLive(<Stream options={{ url, lastEventId: '7', attachCursor: cursorInHeader('X-After') }} />)
    await screen.findByText('open', undefined, patient)
    expect(requests[0]!.headers).toMatchObject({ 'x-after': '7', accept: 'text/event-stream' })
  })
})
