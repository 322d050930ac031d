// #region client
import { QueryClient } from '@tanstack/react-query'
import { RealtimeClient, socketOptions } from 'react-query-realtime'
import { z } from 'zod'

const symbol = z.string()

export const queryClient = new QueryClient()
export const client = new RealtimeClient({ queryClient })

export const market = socketOptions({
  url: '/socket',
  messages: {
    price: { params: z.object({ symbol }), response: z.object({ last: z.number() }) },
    'order.place': {
      params: z.object({ symbol, amount: z.number() }),
      response: z.object({ id: z.string() }),
    },
  },
})

export const priceQuery = (symbol: string) =>
  client.queryOptions(market, { type: 'price', params: { symbol } })
// #endregion client

// #region loader
import { useSuspenseQuery } from '@tanstack/react-query'
import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router'

const rootRoute = createRootRoute()

const priceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: 'prices/$symbol',
  loader: ({ params }) => queryClient.query(priceQuery(params.symbol)),
  component: Price,
})

function Price() {
  const { symbol } = priceRoute.useParams()
  const { data } = useSuspenseQuery(priceQuery(symbol))
  return <p>{`${symbol}: ${data.last}`}</p>
}

export const router = createRouter({ routeTree: rootRoute.addChildren([priceRoute]) })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
// #endregion loader

// #region app
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { RealtimeProvider } from 'react-query-realtime'

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider client={client}>
        <RouterProvider router={router} />
      </RealtimeProvider>
    </QueryClientProvider>
  )
}
// #endregion app

// #region store
/** Keeps the last ten prices in a store. Returns a function that stops. */
export function recordPrices(symbol: string, set: (update: (prices: number[]) => number[]) => void) {
  return client.subscribe(
    market,
    { type: 'price', params: { symbol } },
    {
      onData: ({ last }) => set(prices => [last, ...prices].slice(0, 10)),
      onError: error => console.error(error.message),
    },
  )
}
// #endregion store

// #region request
export async function placeOrder(symbol: string, amount: number) {
  const { id } = await client.request(market, { type: 'order.place', params: { symbol, amount } })
  await queryClient.invalidateQueries({ queryKey: ['orders'] })
  return id
}
// #endregion request
