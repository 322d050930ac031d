import { type QueryClient, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
  useRouter,
} from '@tanstack/react-router'
import { useMemo } from 'react'
import { type RealtimeClient, socketOptions, useRealtimeClient } from 'react-query-realtime'
import { z } from 'zod'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { marketMessages, SYMBOLS } from '../parts/market.ts'
import { QuoteTable } from '../parts/QuoteTable.tsx'

interface App {
  client: RealtimeClient
  queryClient: QueryClient
  url: string
}

/** A page for each symbol. Its loader requests the price over the socket before the page mounts. */
function createAppRouter({ client, queryClient, url }: App) {
  const market = socketOptions({
    url,
    messages: { ...marketMessages, welcome: z.unknown() },
    on: { welcome: () => undefined },
  })
  const priceQuery = (symbol: string) => client.queryOptions(market, { type: 'price', params: { symbol } })

  const root = createRootRoute({ component: Layout })
  const pages = SYMBOLS.map(symbol =>
    createRoute({
      getParentRoute: () => root,
      path: symbol,
      loader: () => queryClient.query(priceQuery(symbol)),
      component: () => <PricePage symbol={symbol} />,
    }),
  )

  function PricePage({ symbol }: { symbol: string }) {
    // It is live while this page is mounted, and sends no request of its own.
    const { data } = useSuspenseQuery(priceQuery(symbol))
    return (
      <QuoteTable>
        <QuoteTable.Row symbol={symbol} quote={data} />
      </QuoteTable>
    )
  }

  return createRouter({
    routeTree: root.addChildren(pages),
    history: createMemoryHistory({ initialEntries: [`/${SYMBOLS[0]}`] }),
  })
}

function Layout() {
  const { history } = useRouter()
  return (
    <>
      <nav className="buttons">
        {SYMBOLS.map(symbol => (
          <Button key={symbol} onClick={() => history.push(`/${symbol}`)}>
            {symbol}
          </Button>
        ))}
      </nav>
      <Outlet />
    </>
  )
}

export function RouterLoader() {
  const client = useRealtimeClient()
  const queryClient = useQueryClient()
  const url = useDemo().url('/socket')
  const router = useMemo(() => createAppRouter({ client, queryClient, url }), [client, queryClient, url])
  return (
    <Card title="A page for each symbol">
      <RouterProvider router={router as never} />
    </Card>
  )
}
