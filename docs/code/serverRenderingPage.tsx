import { dehydrate, HydrationBoundary, QueryClient } from '@tanstack/react-query'
import { Orders } from './serverRenderingOrders.tsx'
import { ordersQuery } from './serverRenderingQuery.ts'

export async function OrdersPage() {
  const queryClient = new QueryClient()
  // If this fails, the browser fetches the list.
  await queryClient.query(ordersQuery(process.env['API_URL'])).catch(() => undefined)
  return (
    <HydrationBoundary state={dehydrate(queryClient)}>
      <Orders />
    </HydrationBoundary>
  )
}
