import { z } from 'zod'
import {
  append,
  idempotent,
  longPollOptions,
  messageKey,
  patch,
  pollingOptions,
  remove,
  serverEventsOptions,
  socketOptions,
  upsert,
  useLongPoll,
  useMessage,
  usePolling,
  useRealtime,
  useServerEvents,
  useSocket,
  useSocketQuery,
  validators,
} from 'react-query-realtime'

// Compiled with `declaration: true`: each inferred type can be named by the names that the package exports.

const messages = {
  price: {
    params: z.object({ symbol: z.string() }),
    response: z.object({ last: z.number() }),
    version: ({ last }: { last: number }) => last,
  },
  notice: z.string(),
}
const on = { notice: () => undefined }
const interval = 1_000

export const socket = socketOptions({ url: '/socket' })
export const market = socketOptions({ url: '/socket', messages, on })
export const events = serverEventsOptions({ url: '/events' })
export const news = serverEventsOptions({ url: '/events', messages, on })
export const longPoll = longPollOptions({ url: '/changes' })
export const changes = longPollOptions({ url: '/changes', messages, on, cursor: validators() })
export const poll = pollingOptions({ url: '/jobs/1', interval })
export const jobPoll = pollingOptions<{ done: boolean }>({ url: '/jobs/1', interval })
export const definedPoll = pollingOptions({ url: '/jobs/1', interval, initialData: 1 })
export const jobPollOf = (id: string) => pollingOptions<{ done: boolean }>({ url: `/jobs/${id}`, interval })

export const useMarket = () => useSocket(market)
export const useRequest = () => useSocket(market).request
export const useInline = () => useSocket({ url: '/socket', messages, on })
export const usePrice = (symbol: string) => useSocketQuery(market, { type: 'price', params: { symbol } })
export const useNotice = () => useSocketQuery(market, { type: 'notice', initialData: 'none' })
export const useNews = () => useServerEvents(news)
export const useChanges = () => useLongPoll(changes)
export const useJob = () => usePolling(jobPoll)
export const useDefinedJob = () => usePolling(definedPoll)
export const useLast = () => useMessage('price', { symbol: 'BTC' })
export const useConnections = () => useRealtime()

export const key = messageKey('price', { symbol: 'BTC' })
export const typeKey = messageKey('price')
export const updaters = {
  append: append({ id: 1 }),
  upsert: upsert({ id: 1 }, { by: 'id' }),
  patch: patch<{ id: number }>({ id: 1 }),
  patchRow: patch<{ id: number }>({ id: 1 }, { by: 'id' }),
  remove: remove<{ id: number }>(1, { by: 'id' }),
  idempotent: idempotent((count: number | undefined) => count),
}
