import { useQuery } from '@tanstack/react-query'
import { useDemo } from './DemoContext.ts'

type Way = 'socket' | 'events' | 'longPoll' | 'poll'

/** Response of `GET /clients`. */
export interface ServerView {
  readonly clients: readonly { client: string; transport: Way; requests: number; open: number }[]
  /** Since the channel began. */
  readonly opened: Readonly<Record<Way, number>>
}

/** The server's view of this story, fetched once a second. */
export function useServerView(): ServerView | undefined {
  const demo = useDemo()
  const { data } = useQuery({
    queryKey: ['server view'],
    queryFn: () => demo.get<ServerView>('/clients'),
    refetchInterval: 1_000,
  })
  return data
}
