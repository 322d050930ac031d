import { screen, waitFor } from '@testing-library/react'
import { useServerEvents, useSocket, useLongPoll, useMessage } from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { startServer } from '../support/httpServer.ts'
import { startSocketServer } from '../support/socketServer.ts'
import { renderLive } from './pollingSetup.tsx'

interface Http {
  url: string
  headers: HeadersInit
}

const patient = { timeout: 15_000 }

describe('with an id', () => {
  test('a changed string url is another connection, and their messages stay separate', async () => {
    const server = await startSocketServer((socket, { url }) =>
      socket.send(JSON.stringify({ type: 'said', params: { room: url }, response: `in ${url}` })),
    )
    const Room = ({ room }: { room: string }) => {
      const { status } = useSocket({ id: 'chat', url: `${server.url}${room}` })
      const { data } = useMessage('said', { room: `/${room}` })
      return <b>{`${status} ${String(data)}`}</b>
    }
    const { rerender } = renderLive(<Room room="a" />, { closeDelay: 0 })
    await screen.findByText('open in /a')
    rerender(<Room room="b" />)
    await screen.findByText('open in /b')
    expect(server.requests.map(({ url }) => url)).toEqual(['/a', '/b'])
    await waitFor(() => expect(server.sockets[0]?.readyState).toBe(3), patient)
  })

  test('two components with different string urls have two connections', async () => {
    const server = await startSocketServer()
    const Room = ({ room }: { room: string }) => useSocket({ id: 'chat', url: server.url + room }).status
    renderLive([<Room key="a" room="a" />, <Room key="b" room="b" />])
    await waitFor(() => expect(server.requests.map(({ url }) => url).sort()).toEqual(['/a', '/b']), patient)
  })

  test('a url function may change without a new connection, and is called at each attempt', async () => {
    const server = await startSocketServer()
    const Room = ({ room }: { room: string }) =>
      useSocket({ id: 'chat', url: () => Promise.resolve(server.url + room), reconnect: { minDelay: 10 } })
        .status
    const { rerender } = renderLive(<Room room="a" />)
    await screen.findByText('open')
    rerender(<Room room="b" />)
    await screen.findByText('open')
    expect(server.requests).toHaveLength(1)
    server.sockets[0]?.close(1012)
    await waitFor(() => expect(server.requests.map(({ url }) => url)).toEqual(['/a', '/b']), patient)
  })
})

describe.each([
  ['useServerEvents', (options: Http) => useServerEvents(options)],
  ['useLongPoll', (options: Http) => useLongPoll(options)],
])('headers of %s', (_name, use) => {
  const forms = (user: string) => [
    { 'X-User': user, 'X-App': '1' },
    new Headers({ 'x-app': '1', 'x-user': user }),
    [
      ['x-user', user],
      ['X-App', '1'],
    ] as [string, string][],
  ]

  test('are sent in every form that fetch accepts, and equal headers share one connection', async () => {
    const { url, requests } = await startServer(response =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders(),
    )
    const Reader = ({ headers }: { headers: HeadersInit }) => use({ url, headers }).status
    renderLive(forms('a').map((headers, index) => <Reader key={index} headers={headers} />))
    await waitFor(() => expect(requests).toHaveLength(1), patient)
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(requests.map(({ headers }) => [headers['x-user'], headers['x-app']])).toEqual([['a', '1']])
  })

  test('that differ in one value never share a connection, in any form', async () => {
    const { url, requests } = await startServer(response =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders(),
    )
    const Reader = ({ headers }: { headers: HeadersInit }) => use({ url, headers }).status
    for (const index of [0, 1, 2]) {
      const before = requests.length
      const { unmount } = renderLive(
        ['a', 'b'].map(user => <Reader key={user} headers={forms(user)[index]!} />),
      )
      await waitFor(() => expect(requests).toHaveLength(before + 2), patient)
      expect(
        requests
          .slice(before)
          .map(({ headers }) => headers['x-user'])
          .sort(),
      ).toEqual(['a', 'b'])
      unmount()
    }
  })

  test('give way to the token if they contain Authorization, in any case', async () => {
    const { url, requests } = await startServer(response => response.writeHead(204).end())
    const Reader = () => use({ url, headers: { authorization: 'Basic old' } }).status
    renderLive(<Reader />, { baseUrl: url, getToken: () => 'new' })
    await waitFor(() => expect(requests[0]?.headers.authorization).toBe('Bearer new'), patient)
  })

  test('that are invalid fail immediately, with the name and without the value', async () => {
    let error: Error | null = null
    const Reader = () => {
      const result = use({ url: 'http://127.0.0.1:1', headers: { 'X-Key': 'secret\u0001' } })
      error = result.error
      return result.status
    }
    renderLive(<Reader />)
    await screen.findByText('failed')
    expect(error).toMatchObject({ code: 'configuration', message: expect.stringContaining('"X-Key"') })
    expect(String(error)).not.toContain('secret')
  })
})
