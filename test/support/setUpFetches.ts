import { QueryObserver } from '@tanstack/react-query'
import { onTestFinished } from 'vitest'
import type { UserRules } from '../../src/cache/messageRules.ts'
import type { Cursor } from '../../src/core/envelope.ts'
import { type CacheSetup, setUpCache } from './setUpCache.ts'

export interface FetchSetup extends CacheSetup {
  key?: readonly unknown[]
  /** Whether somebody looks at the query. */
  isActive?: boolean
  declared?: UserRules
}

/** A query whose fetches are resolved by the test, and the liveQueries of a connection. */
export function setUpFetches({ key = ['rows'], isActive = true, declared, ...options }: FetchSetup = {}) {
  const { client, clock, rules, writer, liveQueries, createLiveQueries, configure } = setUpCache({
    scheduleFrame: callback => void setTimeout(callback, 1),
    ...options,
  })
  if (declared) rules.apply([declared])
  configure(liveQueries)
  client.setDefaultOptions({ queries: { retry: false, staleTime: Infinity } })
  const asked: { answer(data: unknown): void; fail(): void }[] = []
  const queryFn = () =>
    new Promise((resolve, reject) => {
      asked.push({ answer: resolve, fail: () => reject(new Error('down')) })
    })
  client.setQueryDefaults(key, { queryFn })
  const observer = new QueryObserver(client, { queryKey: key, queryFn })
  const watch = () => onTestFinished(observer.subscribe(() => {}))
  if (isActive) watch()
  onTestFinished(() => client.clear())
  const settle = () => new Promise(resolve => setTimeout(resolve, 5))
  const answer = async (data: unknown) => {
    asked.at(-1)?.answer(data)
    await settle()
  }
  return {
    client,
    clock,
    writer,
    liveQueries,
    createLiveQueries,
    asked,
    watch,
    answer,
    settle,
    data: () => client.getQueryData(key),
    state: () => client.getQueryState(key),
    async fail() {
      asked.at(-1)?.fail()
      await settle()
    },
    async push(...updates: unknown[]) {
      for (const update of updates) liveQueries.setQueryData(key, update)
      writer.flush()
      await settle()
    },
    /** A message at a position of the server's log. */
    async pushAt(cursor: Cursor, update: unknown) {
      liveQueries.cursor = cursor
      liveQueries.setQueryData(key, update)
      liveQueries.cursor = undefined
      writer.flush()
      await settle()
    },
    async refetch() {
      void client.refetchQueries({ queryKey: key })
      await settle()
    },
  }
}
