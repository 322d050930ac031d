import { act, screen, waitFor } from '@testing-library/react'
import { type ReactNode, useEffect, useLayoutEffect } from 'react'
import {
  ConnectionLostError,
  type Message,
  type SocketOptions,
  type SocketResult,
  socketOptions,
  useLongPoll,
  useRealtime,
  useServerEvents,
  useSocket,
  useSocketQuery,
} from 'react-query-realtime'
import { describe, expect, test } from 'vitest'
import { schemaOf } from '../support/schemas.ts'
import { setUpRealtime } from '../support/setUpRealtime.tsx'
import { startSocketServer } from '../support/socketServer.ts'

const open = setUpRealtime()
const isShown = (status: string) =>
  waitFor(() => expect(screen.getAllByRole('status').map(node => node.textContent)).toContain(status))

/** A page with a socket whose echoes are collected. */
async function openEchoes(options: Partial<SocketOptions> = {}, provider = {}) {
  const page = await open(provider)
  const echoes: unknown[] = []
  const onMessage = ({ type, params }: Message) => type === 'echo' && echoes.push(params)
  return { ...page, echoes, options: { url: page.at('/socket'), onMessage, ...options } as SocketOptions }
}
const echo = (params: unknown) => ({ type: 'echo', params })

describe('the functions of a result', () => {
  test('keep their identity when the status, the url, the id or the options change', async () => {
    const page = await open()
    const seen = new Map<string, Set<unknown>>()
    const note = (functions: Record<string, unknown>) => {
      for (const [name, value] of Object.entries(functions))
        seen.set(name, (seen.get(name) ?? new Set()).add(value))
    }
    function All({ query, id }: { query: string; id?: string }) {
      const socket = useSocket({ url: page.at(`/socket?${query}`), id, queue: { limit: 5 } })
      const events = useServerEvents({ url: page.at(`/events?${query}`) })
      const longPoll = useLongPoll({ url: page.at(`/long-poll?${query}`) })
      const realtime = useRealtime()
      const { send, request, reconnect, close } = socket
      // In an effect: React 18 throws the first render of StrictMode away, with its state.
      useEffect(() => {
        note({ send, request, reconnect, close })
        note({ eventsReconnect: events.reconnect, eventsClose: events.close })
        note({ pollReconnect: longPoll.reconnect, pollClose: longPoll.close })
        note({ reconnectAll: realtime.reconnectAll, closeAll: realtime.closeAll })
      })
      return <i role="status">{[socket.status, socket.retryCount, events.status, longPoll.status].join()}</i>
    }
    const view = page.render(<All query="" />)
    const isOpen = () => waitFor(() => expect(screen.getByRole('status').textContent).toMatch(/^open,0,open/))
    await isOpen()
    const isReconnecting = () => expect(screen.getByRole('status').textContent).toMatch(/^reconnecting/)
    await Promise.all([waitFor(isReconnecting), page.fault('kill')])
    view.rerender(<All query="other=1" />)
    view.rerender(<All query="other=1" id="named" />)
    await isOpen()
    const counts = [...seen].map(([name, values]) => [name, values.size])
    expect(counts).toEqual(counts.map(([name]) => [name, 1]))
  })

  test('act on the connection of the latest commit', async () => {
    const page = await open()
    let socket!: SocketResult
    const paths: unknown[] = []
    function Light({ query }: { query: string }) {
      const given = useSocket({
        url: page.at(`/socket?${query}`),
        onMessage: ({ type }) => type === 'echo' && paths.push(query),
      })
      useEffect(() => {
        socket = given
      })
      return <i role="status">{`${query} ${given.status}`}</i>
    }
    const view = page.render(<Light query="a" />)
    await isShown('a open')
    const { send } = socket
    view.rerender(<Light query="b" />)
    await isShown('b open')
    send(echo(1))
    await waitFor(() => expect(paths).toEqual(['b']))
  })
})

describe('send', () => {
  test.each([
    ['a layout effect', useLayoutEffect],
    ['an effect', useEffect],
  ])(
    'in %s of a component, its child or its sibling is queued in order before the socket opens',
    async (_what, useIt) => {
      const { render, options, echoes } = await openEchoes()
      const taken: boolean[] = []
      function Sends({
        name,
        send,
        children,
      }: {
        name: string
        send: SocketResult['send']
        children?: ReactNode
      }) {
        useIt(() => {
          taken.push(send(echo(name)))
        }, [name, send])
        return children
      }
      function Parent() {
        const { send, status } = useSocket(options)
        useIt(() => {
          taken.push(send(echo('parent')))
        }, [send])
        return (
          <Sends name="child" send={send}>
            <Sends name="grandchild" send={send} />
            <i role="status">{status}</i>
          </Sends>
        )
      }
      render(<Parent />)
      await isShown('open')
      await waitFor(() => expect(echoes.length).toBeGreaterThanOrEqual(6))
      expect(taken.every(Boolean)).toBe(true)
      // StrictMode runs every effect twice.
      const once = ['grandchild', 'child', 'parent']
      expect(echoes).toEqual([...once, ...once])
    },
  )

  test('in a layout effect goes to the connection of the same commit', async () => {
    const page = await open({ closeDelay: 0 })
    const heard: unknown[] = []
    function Room({ room }: { room: string }) {
      const { send, status } = useSocket({
        url: page.at(`/socket?room=${room}`),
        onMessage: ({ type, params }) => type === 'echo' && heard.push([room, params]),
      })
      useLayoutEffect(() => {
        send(echo(`join ${room}`))
      }, [room, send])
      return <i role="status">{`${room} ${status}`}</i>
    }
    const view = page.render(<Room room="a" />)
    await isShown('a open')
    view.rerender(<Room room="b" />)
    await isShown('b open')
    await waitFor(() => expect(heard).toContainEqual(['b', 'join b']))
    expect(heard).not.toContainEqual(['a', 'join b'])
  })

  test('runs once per change of its dependencies, not once per status', async () => {
    const { render, options, echoes, fault } = await openEchoes()
    function Room() {
      const { send, status, retryCount } = useSocket(options)
      useEffect(() => {
        send(echo('join'))
      }, [send])
      return <i role="status">{`${status} ${retryCount}`}</i>
    }
    render(<Room />)
    await isShown('open 0')
    await waitFor(() => expect(echoes).toHaveLength(2))
    await Promise.all([isShown('reconnecting 1'), fault('kill')])
    await isShown('open 0')
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(echoes).toHaveLength(2)
  })

  /** A room that sends a message when it mounts and unmounts, next to a component that keeps the connection. */
  async function openRoom() {
    const page = await openEchoes()
    const results: boolean[] = []
    function Keeps() {
      return <i role="status">{useSocket(page.options).status}</i>
    }
    function Room() {
      const { send } = useSocket({ url: page.options.url })
      useEffect(() => {
        send(echo('join'))
        return () => void results.push(send(echo('leave')))
      }, [send])
      return null
    }
    const show = (isInRoom: boolean) => [<Keeps key="a" />, isInRoom && <Room key="b" />]
    const view = page.render(show(true))
    return {
      ...page,
      results,
      show: (isInRoom: boolean) => view.rerender(show(isInRoom)),
      unmount: view.unmount,
    }
  }

  test('in an unmount cleanup is sent while the connection is open', async () => {
    const { show, echoes, results } = await openRoom()
    await isShown('open')
    await waitFor(() => expect(echoes).toEqual(['join', 'leave', 'join']))
    show(false)
    await waitFor(() => expect(echoes.at(-1)).toBe('leave'))
    expect(results.at(-1)).toBe(true)
  })

  test('in an unmount cleanup while disconnected returns false, and nothing stale is sent after the reconnect', async () => {
    const { show, echoes, results, fault } = await openRoom()
    await isShown('open')
    await waitFor(() => expect(echoes).toEqual(['join', 'leave', 'join']))
    await fault('down', { ms: 60_000 })
    await isShown('reconnecting')
    show(false)
    expect(results.at(-1)).toBe(false)
    await fault('clear')
    await isShown('open')
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(echoes).toEqual(['join', 'leave', 'join'])
  })

  test('in an unmount cleanup follows the queued messages of its component, so every join has its leave', async () => {
    const { show, echoes, results } = await openRoom()
    // Nothing has opened yet.
    show(false)
    expect(results.at(-1)).toBe(true)
    await isShown('open')
    await waitFor(() => expect(echoes).toEqual(['join', 'leave', 'join', 'leave']))
  })

  test('keeps its order with a close() that a child effect calls first', async () => {
    const page = await open()
    function Closes({ close }: { close(): void }) {
      useLayoutEffect(() => close(), [close])
      return null
    }
    function Light() {
      const { status, close } = useSocket({ url: page.at('/socket') })
      return [
        <Closes key="a" close={close} />,
        <i key="b" role="status">
          {status}
        </i>,
      ]
    }
    page.render(<Light />)
    await isShown('closed')
    expect((await page.clients()).opened.socket).toBe(0)
  })

  test('of a disabled hook returns false, its request rejects, and nothing opens', async () => {
    const page = await open()
    let socket!: SocketResult
    function Off() {
      const given = useSocket({ url: page.at('/socket'), enabled: false })
      useEffect(() => {
        socket = given
      })
      return null
    }
    page.render(<Off />)
    expect(socket.send(echo(1))).toBe(false)
    await expect(socket.request(echo(1))).rejects.toBeInstanceOf(ConnectionLostError)
    act(() => socket.reconnect())
    expect((await page.clients()).opened.socket).toBe(0)
  })
})

describe('request', () => {
  async function openSocket(options: Partial<SocketOptions> = {}) {
    const page = await open()
    let socket!: SocketResult
    function Light() {
      const given = useSocket({ url: page.at('/socket'), ...options })
      useEffect(() => {
        socket = given
      })
      return <i role="status">{given.status}</i>
    }
    page.render(<Light />)
    await isShown('open')
    return { ...page, socket: () => socket }
  }

  test('called twice at once creates two orders', async () => {
    const page = await openSocket()
    const order = { type: 'order.create', params: { item: 'tea', quantity: 1 } }
    const both = await Promise.all([page.socket().request(order), page.socket().request(order)])
    const [first, second] = both as { id: string }[]
    expect(first?.id).not.toBe(second?.id)
    await expect(page.socket().request({ type: 'orders' })).resolves.toHaveLength(2)
  })

  test('creates no query, even for a type with a schema', async () => {
    const anything = schemaOf(value => ({ value }))
    const page = await openSocket({ messages: { 'order.create': anything, echo: anything } })
    await page.socket().request({ type: 'order.create', params: { item: 'tea', quantity: 1 } })
    await page.socket().request({ type: 'echo', params: 1 })
    expect(page.queryClient.getQueryCache().getAll()).toEqual([])
  })

  test('resolves 130 queries that were requested before the connection opened', async () => {
    const page = await open()
    const socket = socketOptions({ url: page.at('/socket') })
    function One({ n }: { n: number }) {
      const { data, error } = useSocketQuery(socket, { type: 'echo', params: n })
      return <b>{error ? error.name : data === n ? 'right' : 'waits'}</b>
    }
    page.render(Array.from({ length: 130 }, (_, n) => <One key={n} n={n} />))
    await waitFor(() => expect(screen.getAllByText('right')).toHaveLength(130))
  })
})

describe('a text heartbeat', () => {
  test.each(['ping', 'pong'])(
    'is sent without quotes, and the reply "%s" updates the latency and is not a bad message',
    async reply => {
      const received: string[] = []
      const server = await startSocketServer(socket => {
        socket.on('message', data => {
          received.push((data as Buffer).toString())
          socket.send(reply)
        })
      })
      const page = await open({ heartbeat: { interval: 20, timeout: 5_000, message: 'ping' } })
      function Light() {
        const { latency } = useSocket({ url: server.url })
        return <i role="status">{latency === null ? 'none' : 'measured'}</i>
      }
      page.render(<Light />)
      await isShown('measured')
      expect(new Set(received)).toEqual(new Set(['ping']))
      expect(page.events.filter(({ kind }) => kind === 'bad-message' || kind === 'unknown-type')).toEqual([])
    },
  )
})
