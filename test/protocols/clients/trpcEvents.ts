import {
  append,
  type Message,
  messageKey,
  serverEventsOptions,
  UnauthorizedError,
} from 'react-query-realtime'

interface ErrorShape {
  data: { code: string }
}

export const onPrice = (symbol: string) =>
  serverEventsOptions({
    url: `/trpc/onPrice?input=${encodeURIComponent(JSON.stringify({ symbol }))}`,
    parse: (data, { type, id }) => {
      const params = { symbol }
      if (type === 'message')
        return { type: 'price', params, response: JSON.parse(String(data)) as number, id }
      if (type === 'serialized-error') {
        const { code } = (JSON.parse(String(data)) as ErrorShape).data
        if (code === 'UNAUTHORIZED') throw new UnauthorizedError()
        return { type: 'price', params, error: code }
      }
      // Besides it there are `connected`, `ping` and `restore-id`.
      return type === 'return' ? { type: 'return', params } : undefined
    },
    isLast: ({ type, error }) => type === 'return' || error !== undefined,
    on: {
      price: ({ params, response }: Message<string, unknown, number>, cache) =>
        cache.setQueryData(messageKey('price', params), append(response)),
      error: ({ params, error }, cache) => cache.setQueryData(messageKey('price.error', params), error),
      return: () => undefined,
    },
  })
