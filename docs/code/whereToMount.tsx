// #region connection
import { append, socketOptions } from 'react-query-realtime'
import { z } from 'zod'

const notice = z.object({ id: z.number(), text: z.string() })
export type Notice = z.infer<typeof notice>

export const notices = socketOptions({
  url: '/notices/socket',
  messages: { notice },
  on: {
    notice: ({ response }, cache) =>
      cache.setQueryData(['notices'], append(response, { by: 'id', max: 100 })),
  },
  liveQueries: [['notices']],
})
// #endregion connection

// #region app
import { useSocket } from 'react-query-realtime'

/** Holds the connection for as long as the app is mounted. */
export function LiveNotices() {
  const { status } = useSocket(notices)
  return status === 'reconnecting' ? <p role="alert">Reconnecting…</p> : null
}
// #endregion app

// #region reader
import { useQuery } from '@tanstack/react-query'

export function NoticeList() {
  const { data = [] } = useQuery<Notice[]>({
    queryKey: ['notices'],
    queryFn: async () => (await (await fetch('/notices')).json()) as Notice[],
    staleTime: Infinity,
  })
  return (
    <ul>
      {data.map(({ id, text }) => (
        <li key={id}>{text}</li>
      ))}
    </ul>
  )
}
// #endregion reader

// #region page
import { useSocketQuery } from 'react-query-realtime'

export const visits = socketOptions({ url: '/visits/socket', messages: { visits: z.number() } })

/** The connection opens when this page mounts, and closes after it unmounts. */
export function VisitsPage() {
  const { data } = useSocketQuery(visits, { type: 'visits' })
  return <p>{data ?? '…'} visits</p>
}
// #endregion page

// #region condition
import { skipToken } from '@tanstack/react-query'

export function VisitsPanel({ isOpen }: { isOpen: boolean }) {
  const { data } = useSocketQuery(isOpen ? visits : skipToken, { type: 'visits' })
  return isOpen ? <p>{data ?? '…'} visits</p> : null
}
// #endregion condition
