import { skipToken } from '@tanstack/react-query'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'
import {
  socketOptions,
  sourceOptions,
  type SuspenseSubscriptionResult,
  useSuspenseSocketQuery,
  useSuspenseSubscription,
} from 'react-query-realtime'

const messages = {
  price: { params: z.object({ symbol: z.string() }), response: z.object({ last: z.number() }) },
  notice: z.string(),
}
const market = socketOptions({ url: '/socket', messages })
const source = sourceOptions({ id: 'own', messages, connect: () => ({ close() {} }) })
const params = { symbol: 'BTC' }

export function Inference() {
  // The data is always defined, and comes from the schemas.
  expectTypeOf(useSuspenseSocketQuery(market, { type: 'price', params }).data).toEqualTypeOf<{
    last: number
  }>()
  expectTypeOf(useSuspenseSubscription(market, { type: 'price', params }).data.last).toEqualTypeOf<number>()
  expectTypeOf(useSuspenseSubscription(source, { type: 'notice' }).data).toEqualTypeOf<string>()
  expectTypeOf(useSuspenseSocketQuery(source, { type: 'notice' }).status).toEqualTypeOf<'error' | 'success'>()
  const selected = useSuspenseSocketQuery(market, { type: 'price', params, select: data => data.last })
  expectTypeOf(selected.data).toEqualTypeOf<number>()
  const result = useSuspenseSubscription(market, { type: 'price', params, select: data => data.last })
  expectTypeOf(result).toEqualTypeOf<SuspenseSubscriptionResult<number>>()
  expectTypeOf(result.isComplete).toEqualTypeOf<boolean>()
  // Without schemas, any type is allowed.
  expectTypeOf(useSuspenseSubscription({ url: '/' }, { type: 'anything' }).data).toEqualTypeOf<unknown>()
}

export function Mistakes() {
  // @ts-expect-error a message finds its query by the key alone
  useSuspenseSocketQuery(market, { type: 'price', params, queryKeyHashFn: JSON.stringify })
  // @ts-expect-error a message finds its query by the key alone
  useSuspenseSubscription(market, { type: 'price', params, queryHash: 'own' })
  // @ts-expect-error the params are declared
  useSuspenseSocketQuery(market, { type: 'price' })
  // @ts-expect-error the params are others
  useSuspenseSubscription(market, { type: 'price', params: { wrong: 1 } })
  // @ts-expect-error there is no such type
  useSuspenseSubscription(market, { type: 'prise', params })
  // @ts-expect-error what is skipped never has data
  useSuspenseSocketQuery(market, { type: 'price', params: skipToken })
  // @ts-expect-error what is skipped never has data
  useSuspenseSubscription(skipToken, { type: 'price', params })
  // @ts-expect-error what is disabled never has data
  useSuspenseSocketQuery(market, { type: 'notice', enabled: false })
  // @ts-expect-error the fallback of `<Suspense>` takes its place
  useSuspenseSubscription(market, { type: 'notice', placeholderData: '' })
  // @ts-expect-error an error without data is always thrown
  useSuspenseSubscription(market, { type: 'notice', throwOnError: false })
}
