import { act, screen, waitFor } from '@testing-library/react'
import {
  type CursorStrategy,
  type Failure,
  UnauthorizedError,
  useLongPoll,
  useServerEvents,
  useSocket,
} from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { startSocketServer } from '../support/socketServer.ts'
import { renderLive, setVisible } from './pollingSetup.tsx'
import { allowConsole } from '../support/consoleGuard.ts'

const reconnect = { minDelay: 10, maxDelay: 20 }
const isLast = ({ type }: { type: string }) => type === 'done'
const pass = () => new Promise(resolve => setTimeout(resolve, 150))
const events = (...types: string[]) => types.map(type => `event: ${type}\ndata: 1\n\n`).join('')

/** A server that responds to each request with some events and the end of the stream. */
const startStream = (...types: string[]) =>
  startServer(response =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events(...types)),
  )

function Stream(options: Parameters<typeof useServerEvents>[0]) {
  const { status, error } = useServerEvents(options)
  return <p>{`${status} ${error?.message ?? ''}`}</p>
}

describe('a stream that ends', () => {
  test('is closed by the message for which isLast returns true, and is not requested again', async () => {
    for (const method of ['GET', 'POST']) {
      const { url, requests } = await startStream('part', 'done')
      const { unmount } = renderLive(<Stream {...{ url, method, isLast, reconnect }} />)
      await screen.findByText('closed')
      await pass()
      expect(requests).toHaveLength(1)
      unmount()
    }
  })

  test('is not requested again if it responded to a POST', async () => {
    const { url, requests } = await startStream('part')
    renderLive(<Stream {...{ url, reconnect, method: 'POST', body: { prompt: 'a' } }} />)
    await screen.findByText('closed')
    await pass()
    expect(requests).toHaveLength(1)
  })

  test('fails if it responded to a POST and isLast never returned true', async () => {
    const { url, requests } = await startStream('part')
    renderLive(<Stream {...{ url, isLast, reconnect, method: 'POST' }} />)
    await screen.findByText(/^failed \S+: The server ended the stream before its last message\./)
    await pass()
    expect(requests).toHaveLength(1)
  })

  test('fails if it responded to a POST and broke off, but is requested again after a GET', async () => {
    for (const method of ['POST', 'GET']) {
      const { url, requests } = await startServer(response => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(events('part'))
        setTimeout(() => response.socket?.resetAndDestroy(), 20)
      })
      const { unmount } = renderLive(<Stream {...{ url, method, reconnect }} />)
      if (method === 'GET') await waitFor(() => expect(requests.length).toBeGreaterThan(1))
      else await screen.findByText(/^failed \S+: The server could not be reached, or the connection dropped/)
      await pass()
      if (method === 'POST') expect(requests).toHaveLength(1)
      unmount()
    }
  })

  test('is requested again after a POST if reconnect says so', async () => {
    const { url, requests } = await startStream('part')
    const decide = ({ kind }: Failure) => (kind === 'ended' ? 'retry' : undefined)
    renderLive(<Stream {...{ url, method: 'POST', reconnect: { ...reconnect, decide } }} />)
    await waitFor(() => expect(requests.length).toBeGreaterThan(2), { timeout: 15_000 })
  })

  test.each(['events', 'lines'] as const)(
    'of %s is not requested again if its POST breaks off, and fails, with or without isLast',
    async framing => {
      const part = framing === 'events' ? events('part') : '{"type":"part","response":1}\n'
      for (const more of [{}, { isLast }]) {
        const { url, requests } = await startServer((response, request) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' }).write(part)
          setTimeout(() => request.socket.resetAndDestroy(), 30)
        })
        const options = { url, framing, reconnect, method: 'POST', on: { part: () => {} }, ...more }
        const { unmount } = renderLive(<Stream {...options} />)
        await screen.findByText(/^failed \S+: The server could not be reached/)
        await pass()
        expect(requests).toHaveLength(1)
        unmount()
      }
    },
  )

  test('is not requested again if its POST goes silent or sends too much, and fails', async () => {
    allowConsole(/larger than/)
    const { url, requests } = await startServer((response, { url: path }) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(path === '/silent' ? '\n' : `data: ${'x'.repeat(200)}\n\n`)
    })
    const post = { method: 'POST', reconnect, on: { message: () => {} } }
    renderLive([
      <Stream key="1" {...{ ...post, url: `${url}silent`, silenceTimeout: 60 }} />,
      <Stream key="2" {...{ ...post, url: `${url}large`, maxMessageBytes: 100 }} />,
    ])
    await screen.findByText(/^failed \S+: Nothing was received/)
    await screen.findByText(/^failed \S+: The response was cut short/)
    await pass()
    expect(requests).toHaveLength(2)
  })

  test('is requested again if its POST broke off and reconnect says so: decide sees isSpent', async () => {
    const { url, requests } = await startServer((response, request, index) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(events('part'))
      if (index === 0) setTimeout(() => request.socket.resetAndDestroy(), 30)
      else response.end(events('done'))
    })
    const seen: Failure[] = []
    const decide = (failure: Failure) => {
      seen.push(failure)
      return failure.isSpent ? 'retry' : undefined
    }
    const options = { url, isLast, method: 'POST', on: { part: () => {}, done: () => {} } }
    renderLive(<Stream {...options} reconnect={{ ...reconnect, decide }} />)
    await screen.findByText('closed')
    expect(requests).toHaveLength(2)
    expect(seen.filter(({ kind }) => kind !== 'answer')).toEqual([{ kind: 'network', isSpent: true }])
  })

  test('is requested again if its POST was refused or never answered', async () => {
    const { url, requests } = await startServer((response, request, index) => {
      if (index === 0) response.writeHead(503).end()
      else if (index === 1) request.socket.resetAndDestroy()
      else response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events('done'))
    })
    renderLive(<Stream {...{ url, isLast, reconnect, method: 'POST', on: { done: () => {} } }} />)
    await screen.findByText('closed')
    expect(requests).toHaveLength(3)
  })

  test('is not given up while the page is hidden if it responds to a POST, unlike a GET', async () => {
    const opened: string[] = []
    const closed: string[] = []
    const { url } = await startServer((response, { method = '' }) => {
      opened.push(method)
      response.on('close', () => closed.push(method))
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('\n')
    })
    const options = { url, reconnect, whenHidden: 'pause' as const }
    renderLive([<Stream key="1" {...options} />, <Stream key="2" {...options} method="POST" />])
    await waitFor(() => expect(screen.getAllByText('open')).toHaveLength(2))
    setVisible(false)
    await screen.findByText('paused')
    await waitFor(() => expect(closed).toEqual(['GET']))
    setVisible(true)
    await waitFor(() => expect(screen.getAllByText('open')).toHaveLength(2))
    expect(opened.filter(method => method === 'POST')).toHaveLength(1)
  })

  test.each(['close()', 'unmount'])('is aborted by %s: the server sees it', async how => {
    let isGone = false
    const { url } = await startServer(response => {
      response.on('close', () => (isGone = true))
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('\n')
    })
    const Abortable = () => {
      const { status, close } = useServerEvents({ url, method: 'POST', isLast })
      return <button onClick={close}>{status}</button>
    }
    const view = renderLive(<Abortable />, { closeDelay: 20 })
    const button = await screen.findByText('open')
    if (how === 'unmount') view.rerender(null)
    else act(() => button.click())
    await waitFor(() => expect(isGone).toBe(true))
    if (how === 'close()') await screen.findByText('closed')
  })

  test('is requested again if it responded to a GET', async () => {
    const { url, requests } = await startStream('part')
    renderLive(<Stream {...{ url, isLast, reconnect }} />)
    await waitFor(() => expect(requests.length).toBeGreaterThan(2), { timeout: 15_000 })
  })
})

test('isLast closes a socket and a long poll, and ignores the rest of the frame', async () => {
  const frame = JSON.stringify(['part', 'done', 'late'].map(type => ({ type, response: 1 })))
  const seen: string[] = []
  const sockets = await startSocketServer(socket => socket.send(frame))
  const polls = await startServer(response =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(frame),
  )
  const options = { isLast, reconnect, onMessage: ({ type }: { type: string }) => void seen.push(type) }
  const Both = () => {
    const socket = useSocket({ url: sockets.url, ...options })
    const poll = useLongPoll({ url: polls.url, ...options })
    return `${socket.status} ${poll.status}`
  }
  renderLive(<Both />)
  await screen.findByText('closed closed')
  await pass()
  expect([sockets.requests.length, polls.requests.length]).toEqual([1, 1])
  expect(seen.sort()).toEqual(['done', 'done', 'part', 'part'])
})

test('an isLast that throws is reported, and the connection stays open', async () => {
  allowConsole(/the function for "isLast" threw/)
  const { url, requests } = await startStream('part')
  const reported: string[] = []
  const broken = () => {
    throw new Error('no')
  }
  renderLive(<Stream {...{ url, reconnect, isLast: broken }} />, {
    onEvent: event => void (event.kind === 'handler-error' && reported.push(event.type)),
  })
  await waitFor(() => expect(requests.length).toBeGreaterThan(1), { timeout: 15_000 })
  expect(reported[0]).toBe('isLast')
})

test('an event id that is not a valid header value is dropped as a gap, and the stream continues', async () => {
  const { url, requests } = await startServer((response, _request, index) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (index === 0) response.end('id: a\u0001b\ndata: 1\n\n')
    else response.write('data: 2\n\n')
  })
  const gaps: string[] = []
  const Reader = () => useServerEvents({ url, reconnect, onGap: ({ cause }) => void gaps.push(cause) }).status
  renderLive(<Reader />, { gapSpread: 1 })
  await waitFor(() => expect(gaps).toEqual(['cursor-lost']), { timeout: 15_000 })
  await screen.findByText('open')
  expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, undefined])
})

test('a long poll sends POST with its body, starts at initialCursor, and passes status and headers to parse', async () => {
  const bodies: string[] = []
  const { url, requests } = await startServer((response, request, index) => {
    request.on('data', data => bodies.push(String(data)))
    if (index === 0)
      response.writeHead(200, { 'content-type': 'application/json', 'x-kind': 'news' }).end('1')
  })
  const seen: unknown[] = []
  const Reader = () =>
    useLongPoll({
      url,
      method: 'POST',
      body: { room: 1 },
      initialCursor: { etag: '"start"', lastModified: null },
      parse: (data, { status, headers }) => void seen.push([data, status, headers?.get('x-kind')]),
    }).status
  renderLive(<Reader />)
  await waitFor(() => expect(requests).toHaveLength(2), { timeout: 15_000 })
  expect(requests[0]).toMatchObject({
    method: 'POST',
    headers: { 'if-none-match': '"start"', 'content-type': 'application/json' },
  })
  await waitFor(() => expect(bodies).toEqual(['{"room":1}', '{"room":1}']))
  expect(seen).toEqual([['1', 200, 'news']])
})

test('a strategy of your own starts at initialCursor, and its first opening is no gap', async () => {
  const { url, requests } = await startServer((response, _request, index) => {
    if (index < 2) response.writeHead(200, { 'content-type': 'application/json' }).end(`[${index}]`)
  })
  const cursor: CursorStrategy<number> = {
    read: (_response, _body, previous) => (previous ?? 0) + 1,
    attach: (request, after) => ({ ...request, url: `${request.url}?after=${after}` }),
  }
  const gaps: string[] = []
  const options = { url, cursor, initialCursor: 5, on: { message: () => {} } }
  const Reader = () => useLongPoll({ ...options, onGap: ({ cause }) => void gaps.push(cause) }).cursor
  renderLive(<Reader />, { gapSpread: 1 })
  await waitFor(() => expect(requests).toHaveLength(3), { timeout: 15_000 })
  expect(requests.map(request => request.url)).toEqual(['/?after=5', '/?after=6', '/?after=7'])
  await pass()
  expect(gaps).toEqual([])
})

test('a parse that throws UnauthorizedError refuses the token: it is replaced, and the refusal of a fresh one is final', async () => {
  const tokens = new Map<string, string[]>()
  const { url } = await startServer((response, { headers, url: path }) => {
    const seen = tokens.get(path!) ?? []
    tokens.set(path!, [...seen, String(headers.authorization)])
    const isEvents = path === '/events'
    response.writeHead(200, { 'content-type': isEvents ? 'text/event-stream' : 'application/json' })
    if (isEvents) response.write('data: refused\n\n')
    else response.end('"refused"')
  })
  const parse = () => {
    throw new UnauthorizedError()
  }
  const Both = () => {
    const events = useServerEvents({ url: `${url}events`, parse, reconnect })
    const poll = useLongPoll({ url: `${url}poll`, parse, reconnect })
    return [events, poll].map(({ error, status }) => `${status} ${error?.name}`).join(', ')
  }
  renderLive(<Both />, {
    baseUrl: url,
    getToken: ({ reason }) => (reason === 'refused' ? 'fresh' : 'old'),
  })
  await screen.findByText('failed UnauthorizedError, failed UnauthorizedError')
  for (const [, [first, ...rest]] of tokens) {
    expect([first, new Set(rest)]).toEqual(['Bearer old', new Set(['Bearer fresh'])])
    // The one that the other connection has fetched, and one of its own.
    expect(rest.length).toBeLessThanOrEqual(2)
  }
  expect([...tokens.keys()].sort()).toEqual(['/events', '/poll'])
})
