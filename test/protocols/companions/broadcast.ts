import { broadcastQueryClient } from '@tanstack/query-broadcast-client-experimental'
import { QueryClient } from '@tanstack/react-query'

export function createBroadcastClient() {
  const queryClient = new QueryClient()
  const close = broadcastQueryClient({ queryClient, broadcastChannel: 'my-app' })
  return { queryClient, close }
}
