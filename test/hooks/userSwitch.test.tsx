import { screen, waitFor } from '@testing-library/react'
import {
  cursorInQuery,
  type Message,
  type SocketOptions,
  type SocketResult,
  useSocket,
} from 'react-query-realtime'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { setUpRealtime } from '../support/setUpRealtime.tsx'
import { startSocketServer } from '../support/socketServer.ts'

const open = setUpRealtime()

/** The class of `ws`, with a record of the instances created and closed. */
function recordSockets() {
  const record: string[] = []
  class RecordedWebSocket extends WebSocket {
    constructor(url: string, protocols?: string[]) {
      super(url, protocols)
      record.push(`opens ${url}`)
    }
    override close(): void {
      // The class calls this by itself, too, when the other side has closed.
      if (this.readyState === WebSocket.OPEN) record.push(`closes ${this.url}`)
      super.close()
    }
  }
  return { record, webSocket: RecordedWebSocket }
}

/** A page on which a user is signed in, with `signIn` for another one. */
async function openAs(user: string, options: Partial<SocketOptions> = {}) {
  const { record, webSocket } = recordSockets()
  const heard: string[] = []
  const server = await startSocketServer(socket => {
    socket.on('message', (data: Buffer) => heard.push(data.toString()))
  })
  const page = await open({ closeDelay: 60_000, webSocket, trustedOrigins: [server.url] })
  let socket!: SocketResult
  function Light({ name }: { name: string }) {
    const getToken = () => name
    const own = useSocket({ url: server.url, getToken, ...options })
    socket = own
    return <i role="status">{own.status}</i>
  }
  const view = page.render(null)
  const signIn = (name: string) => view.rerender(<Light name={name} />, { key: name })
  signIn(user)
  await screen.findByText('open')
  return { ...page, record, heard, server, signIn, socket: () => socket }
}

const note = (params: number, more = {}) =>
  JSON.stringify({ type: 'note', params, response: 'of a', ...more })

describe('when another user signs in', () => {
  test('the sockets of the previous user close before any new one opens (X4)', async () => {
    const { record, server, signIn } = await openAs('a')
    signIn('b')
    await waitFor(() => expect(server.sockets).toHaveLength(2))
    const { url } = server
    expect(record).toEqual([`opens ${url}?token=a`, `closes ${url}?token=a`, `opens ${url}?token=b`])
  })

  test('the queued messages of the previous user are dropped (X4)', async () => {
    const { heard, server, signIn, socket } = await openAs('a')
    server.upgrade = 503
    server.sockets[0]?.terminate()
    await screen.findByText('reconnecting')
    expect(socket().send('of a')).toBe(true)
    server.upgrade = 'accept'
    signIn('b')
    await screen.findByText('open')
    expect(socket().send('of b')).toBe(true)
    await waitFor(() => expect(heard).toContain('of b'))
    expect(heard).toEqual(['of b'])
  })

  test('no position of the previous user is sent to the server (X4)', async () => {
    const positions: unknown[] = []
    const { server, signIn } = await openAs('a', {
      recovery: { cursor: ({ seq = 0 }) => ({ seq }), attach: cursorInQuery() },
      onMessage: ({ seq }) => positions.push(seq),
    })
    server.sockets[0]?.send(note(1, { seq: 5 }))
    await waitFor(() => expect(positions).toEqual([5]))
    server.sockets[0]?.terminate()
    await waitFor(() => expect(server.sockets).toHaveLength(2))
    expect(server.requests.at(-1)?.url).toContain('seq=5')
    signIn('b')
    await waitFor(() => expect(server.sockets).toHaveLength(3))
    expect(server.requests.at(-1)?.url).toBe('/?token=b')
  })

  test.each(['a plain', 'an asynchronous'])(
    'pending writes of the previous user, after %s schema, do not reach the cleared cache (X4)',
    async kind => {
      // No frame comes, so that all but the first message waits to be written.
      vi.stubGlobal('requestAnimationFrame', () => 0)
      vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('visible')
      onTestFinished(() => void vi.unstubAllGlobals().restoreAllMocks())
      const isNote = () => (kind === 'an asynchronous' ? Promise.resolve(true) : true)
      const page = await openAs('a', {
        messages: { note: z.string().refine(isNote) },
        onMessage: ({ params, response }: Message) => {
          if (params !== 3 || response !== 'of a') return
          setTimeout(() => {
            page.queryClient.clear()
            page.signIn('b')
          }, 0)
        },
      })
      const [ofA] = page.server.sockets
      ofA?.send(note(1))
      await waitFor(() => expect(page.queryClient.getQueryData(['note', 1])).toBe('of a'), { interval: 1 })
      ofA?.send(`[${note(2)}, ${note(3)}]`)
      await waitFor(() => expect(page.server.sockets).toHaveLength(2))
      page.server.sockets[1]?.send(JSON.stringify({ type: 'note', params: 4, response: 'of b' }))
      await waitFor(() => expect(page.queryClient.getQueryData(['note', 4])).toBe('of b'))
      const keys = page.queryClient.getQueryCache().getAll()
      expect(keys.map(({ queryKey }) => queryKey)).toEqual([['note', 4]])
    },
  )
})
