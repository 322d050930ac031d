import { type Query, replaceEqualDeep } from '@tanstack/react-query'
import { tokenInHeader } from '../core/attachToken.ts'
import { ConditionalFetch } from '../core/conditionalFetch.ts'
import { conditionalGet } from '../core/conditionalGet.ts'
import type { Validators } from '../core/cursorStrategy.ts'
import type { UrlSource } from '../core/prepareRequest.ts'
import type { RealtimeClient } from '../providers/realtimeClient.ts'
import type { PollingOptions } from './pollingOptions.ts'

interface Answer {
  data: unknown
  validators: Validators | undefined
}

/** The last answers with a body. They go when their query goes. */
const answers = new WeakMap<Query, Answer>()
/** Whether the server of a query takes validators. */
const conditionalFetches = new WeakMap<Query, ConditionalFetch>()

const DEFAULT_TIMEOUT = 30_000

/** What a poll is made from. */
export interface PollFetch {
  client: RealtimeClient
  /** The query it is for, while it exists. */
  query: Query | undefined
  signal: AbortSignal
  options: PollingOptions & { url: UrlSource }
}

/** Polls a URL once. What is not new keeps the data as it is; `null` where there is none yet. */
export async function pollFetch({ client, query, signal, options }: PollFetch): Promise<unknown> {
  const { url, headers, credentials, timeout = DEFAULT_TIMEOUT } = options
  const attachToken = options.attachToken ?? client.options.attachToken ?? tokenInHeader()
  const answer = await conditionalGet({
    clock: client.clock,
    fetch: client.fetch(),
    prepare: async attempt => {
      try {
        return await client.prepare({ url, headers, attachToken, ...attempt })
      } catch (cause) {
        throw client.preparationError(cause)
      }
    },
    toError: client.toError,
    signal,
    validators: query && heldValidators(query),
    conditionalFetch: conditionalFetchOf(query),
    credentials,
    parse: options.parse,
    maxBytes: options.maxMessageBytes ?? client.maxMessageBytes,
    timeout,
  })
  if (!answer) return query?.state.data ?? null
  if (query) answers.set(query, answer)
  return answer.data
}

function conditionalFetchOf(query: Query | undefined): ConditionalFetch {
  const known = query && conditionalFetches.get(query)
  const conditionalFetch = known ?? new ConditionalFetch()
  if (query) conditionalFetches.set(query, conditionalFetch)
  return conditionalFetch
}

/** The validators of the data that the query holds: none where it was replaced, or a 304 would keep something else. */
function heldValidators(query: Query): Validators | undefined {
  const answer = answers.get(query)
  const { data } = query.state
  if (!answer || data === undefined || replaceEqualDeep(data, answer.data) !== data) return undefined
  // Equal: from here on the query's own object, not a copy beside it.
  answer.data = data
  return answer.validators
}
