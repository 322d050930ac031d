import { useQuery } from '@tanstack/react-query'
import { useDemo } from './DemoContext.ts'

type Way = 'socket' | 'events' | 'longPoll' | 'poll'

/** What `GET /clients` answers. */
export interface ServerView {
  readonly clients: readonly { client: string; transport: Way; requests: number; open: number }[]
  /** Since the channel began. */
  readonly opened: Readonly<Record<Way, number>>
}

/** What the server sees of this story, looked at once a second. */
export function useServerView(): ServerView | undefined {
  const demo = useDemo()
  const { data } = useQuery({
    queryKey: ['what the server sees'],
    queryFn: () => demo.get<ServerView>('/clients'),
    refetchInterval: 1_000,
  })
  return data
}
