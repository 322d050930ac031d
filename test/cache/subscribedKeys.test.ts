import { QueryObserver } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { append, upsert } from '../../src/cache/updaters.ts'
import { setUpCache } from '../support/setUpCache.ts'

test.each([true, false])(
  'during a first fetch, a handler begins the data of a key only if it is subscribed (%s)',
  isSubscribed => {
    const { client, writer, liveQueries } = setUpCache()
    const queryKey = ['rows']
    liveQueries.subscriptionOf = () => (isSubscribed ? { isCurrent: true, isRefused: false } : undefined)
    const fetch = () => new Promise<never>(() => undefined)
    const unsubscribe = new QueryObserver(client, { queryKey, queryFn: fetch }).subscribe(() => undefined)
    liveQueries.setQueryData(queryKey, append([{ id: 1 }]))
    liveQueries.setQueryData(queryKey, upsert({ id: 2 }, { by: 'id' }))
    writer.flush()
    expect(client.getQueryData(queryKey)).toEqual(isSubscribed ? [{ id: 1 }, { id: 2 }] : undefined)
    expect(client.getQueryState(queryKey)?.isInvalidated).toBe(false)
    expect(liveQueries.readAfterMessage(queryKey, 'raw')).toEqual(
      isSubscribed ? [{ id: 1 }, { id: 2 }] : 'raw',
    )
    unsubscribe()
    client.clear()
  },
)
