import { dehydrate, HydrationBoundary, QueryClient } from '@tanstack/react-query'
import { Orders } from './serverRenderingOrders.tsx'
import { ordersQuery } from './serverRenderingQuery.ts'

export async function OrdersPage() {
  const queryClient = new QueryClient()
  await queryClient.prefetchQuery(ordersQuery(process.env['API_URL']))
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <Orders />
    </HydrationBoundary>
  )
}
