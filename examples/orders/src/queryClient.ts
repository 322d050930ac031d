import { QueryClient } from '@tanstack/react-query'

export const queryClient = new QueryClient({
  // The events keep the data current, so it does not grow stale with time.
  defaultOptions: { queries: { staleTime: Infinity } },
})
