import { QueryObserver, skipToken, useQueries, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { act, screen, waitFor } from '@testing-library/react'
import { Suspense } from 'react'
import { sourceOptions, useSocket, useSocketQuery } from 'react-query-realtime'
import { describe, expect, test, vi } from 'vitest'
import { pass } from '../support/setUpFaults.tsx'
import { type LoaderMethod, setUpClient } from '../support/setUpClient.tsx'

interface Quote {
  last: number
}

/** A page that reads prices in several ways. */
async function setUp(...options: Parameters<typeof setUpClient>) {
  const page = await setUpClient(...options)
  const { client, market, price } = page
  const lastOf = (data: unknown) => (data as Quote | undefined)?.last ?? 'nothing'
  function Price({ symbol = 'BTC' }: { symbol?: string }) {
    const { data } = useSocketQuery(market, { type: 'price', params: { symbol } })
    return <b title={symbol}>{lastOf(data)}</b>
  }
  function Plain({ symbol = 'BTC', enabled = true }: { symbol?: string; enabled?: boolean }) {
    const { data } = useQuery({ ...price(symbol), enabled })
    return <b title={symbol}>{lastOf(data)}</b>
  }
  function Light() {
    return <i role="status">{useSocket(market).status}</i>
  }
  return { ...page, client, lastOf, Price, Plain, Light }
}

describe('a loader that fetches before its page mounts:', () => {
  test.each<LoaderMethod>(['prefetchQuery', 'fetchQuery', 'ensureQueryData'])(
    '%s opens one socket and sends one request for both, and the page is live',
    async method => {
      const { load, queryClient, price, server, render, Price, shows } = await setUp()
      server.set('BTC', 1)
      await load(price('BTC'), method)
      expect(queryClient.getQueryData(price('BTC').queryKey)).toEqual({ last: 1 })
      render(<Price />)
      expect(screen.getByTitle('BTC').textContent).toBe('1')
      await pass(500)
      server.set('BTC', 2)
      await shows('BTC', 2)
      expect([server.sockets.length, server.asked]).toEqual([1, ['BTC']])
    },
  )

  test('a page that mounts during the request sends no second one, even under StrictMode', async () => {
    const { load, price, server, render, Price, shows } = await setUp()
    server.answers = false
    void load(price('BTC'), 'prefetchQuery')
    await waitFor(() => expect(server.asked).toHaveLength(1))
    render(<Price />)
    await pass(100)
    server.push({ type: 'price', params: { symbol: 'BTC' }, response: { last: 1 } })
    await shows('BTC', 1)
    await pass(500)
    expect([server.sockets.length, server.asked]).toEqual([1, ['BTC']])
  })

  test('the page shows messages that arrive in between', async () => {
    const { load, price, server, render, Price, shows } = await setUp({ closeDelay: 5_000 })
    await load(price('BTC'))
    server.set('BTC', 5)
    await pass(50)
    render(<Price />)
    await shows('BTC', 5)
    expect(server.asked).toEqual(['BTC'])
  })

  test('a page that mounts after closeDelay requests again, on another socket', async () => {
    const { load, price, server, render, Price, shows, closes } = await setUp({ closeDelay: 30 })
    await load(price('BTC'))
    await closes()
    server.set('BTC', 3)
    render(<Price />)
    await shows('BTC', 3)
    expect([server.sockets.length, server.asked]).toEqual([2, ['BTC', 'BTC']])
  })

  test('after closeDelay it requests again on a socket that others kept, because no component read the data', async () => {
    const { load, price, server, render, Price, Light, shows } = await setUp({ closeDelay: 30 })
    const view = render(<Light />)
    await load(price('BTC'))
    await pass(100)
    view.rerender([<Light key="l" />, <Price key="p" />])
    await waitFor(() => expect(server.asked).toEqual(['BTC', 'BTC']))
    await shows('BTC', 0)
    expect(server.sockets).toHaveLength(1)
  })

  test('a type with a handler is requested once, too', async () => {
    const { load, price, server, render, Price, shows } = await setUp(
      {},
      {
        on: {
          price: ({ type, params, response }, cache) => cache.setQueryData([type, params], response),
        },
      },
    )
    await load(price('BTC'))
    render(<Price />)
    await pass(500)
    server.set('BTC', 4)
    await shows('BTC', 4)
    expect(server.asked).toEqual(['BTC'])
  })

  test('a gap in between makes the page request again', async () => {
    const { load, price, server, render, Price, shows } = await setUp({ closeDelay: 2_000 })
    await load(price('BTC'))
    server.set('BTC', 9)
    server.sockets[0]?.terminate()
    await waitFor(() => expect(server.sockets).toHaveLength(2))
    render(<Price />)
    await shows('BTC', 9)
  })
})

/** The server of an open socket, so that a request leaves at once, does not reply. `asks` expects as many requests. */
async function setUpSilent() {
  const page = await setUp({ closeDelay: 5_000 })
  const { client, market, server } = page
  await client.request(market, { type: 'price', params: { symbol: 'ETH' } })
  server.answers = false
  const asks = (count: number) =>
    waitFor(() => expect(server.asked).toEqual(['ETH', ...Array<string>(count).fill('BTC')]))
  return { ...page, asks }
}

describe('fetched on its own, a query', () => {
  test('is fetched once while its data is current, and again after closeDelay', async () => {
    const { load, price, server, closes } = await setUp({ closeDelay: 100 })
    server.set('BTC', 1)
    await load(price('BTC'))
    await load(price('BTC'))
    expect(server.asked).toEqual(['BTC'])
    await closes()
    server.set('BTC', 2)
    expect(await load(price('BTC'))).toEqual({ last: 2 })
  })

  test('closes its connection after closeDelay', async () => {
    const { load, price, closes } = await setUp()
    await load(price('BTC'))
    await closes()
  })

  test('releases the connection when it is cancelled', async () => {
    const { load, queryClient, price, server, closes } = await setUp({ closeDelay: 30 })
    server.answers = false
    const fetched = load(price('BTC'))
    await waitFor(() => expect(server.asked).toEqual(['BTC']))
    await queryClient.cancelQueries({ queryKey: price('BTC').queryKey })
    await expect(fetched).rejects.toThrow()
    await closes()
  })

  test('is retried by a component but not by fetchQuery, like any query', async () => {
    const { client, market, load, render, asks } = await setUpSilent()
    const options = client.queryOptions(market, {
      type: 'price',
      params: { symbol: 'BTC' },
      timeout: 50,
      retryDelay: 1,
    })
    await expect(load(options)).rejects.toThrow('within 50 ms')
    await asks(1)
    function Failing() {
      return <b title="error">{useQuery(options).error?.name ?? 'none'}</b>
    }
    render(<Failing />)
    await waitFor(() => expect(screen.getByTitle('error').textContent).toBe('RequestTimeoutError'))
    await asks(5)
  })

  test('follows the retry of the query client, or of its own options', async () => {
    const { client, market, load, queryClient, asks } = await setUpSilent()
    const request = { type: 'price', params: { symbol: 'BTC' }, timeout: 30, retryDelay: 1 }
    await expect(load(client.queryOptions(market, { ...request, retry: 1 }))).rejects.toThrow()
    await asks(2)
    queryClient.setDefaultOptions({ queries: { retry: 2 } })
    await expect(load(client.queryOptions(market, request))).rejects.toThrow()
    await asks(5)
  })

  test('with params that are skipToken or a socket that is not enabled, sends nothing', async () => {
    const { client, market, queryClient, server } = await setUp()
    const silence = vi.spyOn(console, 'error').mockImplementation(() => {})
    const skipped = client.queryOptions(market, { type: 'price', params: skipToken })
    const disabled = client.queryOptions({ ...market, enabled: false }, { type: 'price' })
    for (const options of [skipped, disabled]) {
      const unsubscribe = new QueryObserver(queryClient, options).subscribe(() => {})
      await pass(50)
      unsubscribe()
    }
    expect(server.requests).toEqual([])
    silence.mockRestore()
  })
})

describe('a component that reads a query with TanStack Query alone', () => {
  test('is live, with one socket and one request, and closes it after it has unmounted', async () => {
    const { server, render, Plain, shows, closes } = await setUp()
    server.set('BTC', 1)
    const view = render(<Plain />)
    await shows('BTC', 1)
    // Longer than closeDelay.
    await pass(500)
    server.set('BTC', 2)
    await shows('BTC', 2)
    expect([server.sockets.length, server.asked]).toEqual([1, ['BTC']])
    view.rerender(null)
    await closes()
  })

  test('stays live when it renders again with new options', async () => {
    const { server, client, market, render, shows } = await setUp({ closeDelay: 1 })
    function Rerendered({ count }: { count: number }) {
      const { data } = useQuery(
        client.queryOptions(market, {
          type: 'price',
          params: { symbol: 'BTC' },
          select: quote => (quote as Quote).last * count,
        }),
      )
      return <b title="BTC">{data ?? 'nothing'}</b>
    }
    const view = render(<Rerendered count={1} />)
    await shows('BTC', 0)
    for (let count = 2; count < 6; count++) {
      view.rerender(<Rerendered count={count} />)
      await pass(10)
    }
    server.set('BTC', 2)
    await shows('BTC', 10)
    expect([server.sockets.length, server.asked]).toEqual([1, ['BTC']])
  })

  test('follows a key that changes', async () => {
    const { server, render, Plain, shows } = await setUp({ closeDelay: 1 })
    const view = render(<Plain />)
    await shows('BTC', 0)
    view.rerender(<Plain symbol="ETH" />)
    await shows('ETH', 0)
    server.set('ETH', 7)
    await shows('ETH', 7)
    expect([server.sockets.length, server.asked]).toEqual([1, ['BTC', 'ETH']])
  })

  test('is requested again after a gap', async () => {
    const { server, render, Plain, shows } = await setUp()
    render(<Plain />)
    await shows('BTC', 0)
    server.set('BTC', 1)
    await shows('BTC', 1)
    server.sockets[0]?.terminate()
    server.set('BTC', 2)
    await shows('BTC', 2)
    expect(server.asked).toEqual(['BTC', 'BTC'])
  })

  test('opens nothing while enabled is false, and closes once it is', async () => {
    const { server, render, Plain, shows, closes } = await setUp()
    const view = render(<Plain enabled={false} />)
    await pass(100)
    expect(server.requests).toEqual([])
    view.rerender(<Plain />)
    await shows('BTC', 0)
    view.rerender(<Plain enabled={false} />)
    await closes()
  })

  test('opens nothing until a function for enabled allows it', async () => {
    const { server, queryClient, price, render, shows, closes } = await setUp()
    const stored = new QueryObserver(queryClient, { queryKey: ['ticket'], queryFn: skipToken })
    const enabled = () => queryClient.getQueryData(['ticket']) === 1
    const options = { ...price('BTC'), enabled }
    function Conditional() {
      return <b title="BTC">{(useQuery(options).data as Quote | undefined)?.last ?? 'nothing'}</b>
    }
    const view = render(<Conditional />)
    await pass(50)
    expect(server.requests).toEqual([])
    queryClient.setQueryData(['ticket'], 1)
    await act(() => queryClient.refetchQueries({ queryKey: price('BTC').queryKey }))
    view.rerender(<Conditional />)
    await shows('BTC', 0)
    server.set('BTC', 3)
    await shows('BTC', 3)
    stored.destroy()
    view.rerender(null)
    await closes()
  })

  test('shares the socket and the request with useSocketQuery', async () => {
    const { server, render, Plain, Price, shows } = await setUp()
    const view = render([<Plain key="a" />, <Price key="b" symbol="ETH" />])
    await shows('BTC', 0)
    view.rerender([<Price key="a" />, <Price key="b" symbol="ETH" />])
    await pass(400)
    server.set('BTC', 1)
    await shows('BTC', 1)
    expect([server.sockets.length, server.asked.sort()]).toEqual([1, ['BTC', 'ETH']])
  })

  test('works in useQueries and useSuspenseQuery', async () => {
    const { server, price, render, shows } = await setUp()
    function Sum() {
      const results = useQueries({ queries: [price('BTC'), price('ETH')] })
      return (
        <b title="sum">
          {results.reduce((sum, { data }) => sum + ((data as Quote | undefined)?.last ?? 0), 0)}
        </b>
      )
    }
    function Suspended() {
      return <b title="XRP">{(useSuspenseQuery(price('XRP')).data as Quote).last}</b>
    }
    server.set('BTC', 1)
    server.set('ETH', 2)
    server.set('XRP', 3)
    render([
      <Sum key="a" />,
      <Suspense key="b" fallback="waiting">
        <Suspended />
      </Suspense>,
    ])
    await shows('sum', 3)
    await shows('XRP', 3)
    server.set('ETH', 4)
    server.set('XRP', 5)
    await shows('sum', 5)
    await shows('XRP', 5)
    await pass(1_500)
    expect([server.sockets.length, server.asked.sort()]).toEqual([1, ['BTC', 'ETH', 'XRP']])
  })

  test('keeps data with a staleTime of its own as long as that says', async () => {
    const { server, client, market, queryClient, render, shows } = await setUp(
      {},
      { on: { price: ({ type, params, response }, cache) => cache.setQueryData([type, params], response) } },
    )
    const options = client.queryOptions(market, {
      type: 'price',
      params: { symbol: 'BTC' },
      staleTime: 60_000,
    })
    function Stored() {
      return <b title="BTC">{(useQuery(options).data as Quote | undefined)?.last ?? 'nothing'}</b>
    }
    queryClient.setQueryData(options.queryKey, { last: 8 })
    const view = render(<Stored />)
    await waitFor(() => expect(server.sockets).toHaveLength(1))
    view.rerender(null)
    await pass(10)
    view.rerender(<Stored />)
    await pass(100)
    await shows('BTC', 8)
    expect(server.asked).toEqual([])
  })
})

test('a source works as a socket does', async () => {
  const { client, load } = await setUp()
  let closed = 0
  const ticks = sourceOptions({
    id: 'ticks',
    connect: link => {
      link.ready()
      return {
        send: ({ type, params, id: re }) =>
          queueMicrotask(() => link.receive({ re, response: `${type} ${String(params)}` })),
        close: () => closed++,
      }
    },
  })
  const options = client.queryOptions(ticks, { type: 'tick', params: 1 })
  expect(await load(options)).toBe('tick 1')
  expect(await client.request(ticks, { type: 'tock', params: 2 })).toBe('tock 2')
  await waitFor(() => expect(closed).toBe(1))
})
