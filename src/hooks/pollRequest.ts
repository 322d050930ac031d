import { type Query, replaceEqualDeep } from '@tanstack/react-query'
import { tokenInHeader } from '../core/tokens.ts'
import { ConditionalFetch } from '../core/conditionalFetch.ts'
import { conditionalGet } from '../core/conditionalGet.ts'
import type { Validators } from '../core/cursors.ts'
import { located } from '../core/located.ts'
import { prepareRequest, type UrlSource } from '../core/request.ts'
import { HTTP } from '../core/transport.ts'
import type { ResponseMeta } from '../core/envelope.ts'
import { DEFAULT_MAX_MESSAGE_BYTES } from '../providers/options.ts'
import type { ClientCore } from '../providers/clientCore.ts'
import type { PollingOptions } from './pollingOptions.ts'

interface Answer {
  data: unknown
  validators: Validators | undefined
}

/** The last responses with a body. They are garbage-collected with their query. */
const answers = new WeakMap<Query, Answer>()
/** The last response of each query, whatever its status. */
const lastResponses = new WeakMap<Query, ResponseMeta>()
/** Whether the server of a query accepts validators. */
const conditionalFetches = new WeakMap<Query, ConditionalFetch>()

const DEFAULT_TIMEOUT = 30_000
const DEFAULT_ATTACH = tokenInHeader()

/** What a poll is built from. */
interface PollRequest {
  client: ClientCore
  /** The query that is polled, while it exists. */
  query: Query | undefined
  signal: AbortSignal
  options: PollingOptions & { url: UrlSource }
}

/** Polls a URL once. If nothing is new, the data stays as it is; `null` if there is none yet. */
export async function pollRequest({ client, query, signal, options }: PollRequest): Promise<unknown> {
  client.assertNotEnded()
  const { url, headers, credentials, timeout = DEFAULT_TIMEOUT } = options
  const attachToken = options.attachToken ?? client.options.attachToken ?? DEFAULT_ATTACH
  const validators = query && heldValidators(query)
  const conditionalFetch = conditionalFetchOf(query)
  const maxBytes = options.maxMessageBytes ?? client.options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES
  const fetch = client.fetch()
  const plan = client.planRequest({ transport: HTTP, url, headers, attachToken })
  const answer = await conditionalGet({
    clock: client.clock,
    fetch,
    prepare: attempt => prepareRequest(plan, attempt),
    signal,
    validators,
    conditionalFetch,
    credentials,
    parse: options.parse,
    onResponse: meta => query && lastResponses.set(query, meta),
    maxBytes,
    timeout,
  }).catch((error: unknown) => {
    throw located(error, plan)
  })
  if (!answer) return query?.state.data ?? null
  if (query) answers.set(query, answer)
  return answer.data
}

/** The last response to a poll of this query's `url`; `undefined` before there is one. */
export function lastResponse(query: Query | undefined): ResponseMeta | undefined {
  return query && lastResponses.get(query)
}

function conditionalFetchOf(query: Query | undefined): ConditionalFetch {
  const known = query && conditionalFetches.get(query)
  const conditionalFetch = known ?? new ConditionalFetch()
  if (query) conditionalFetches.set(query, conditionalFetch)
  return conditionalFetch
}

/** The validators of the query's data. None if that data was replaced, because a 304 would then keep something else. */
function heldValidators(query: Query): Validators | undefined {
  const answer = answers.get(query)
  const { data } = query.state
  if (!answer || data === undefined || replaceEqualDeep(data, answer.data) !== data) return undefined
  // The two are equal: from here on, use the query's own object instead of a second copy.
  answer.data = data
  return answer.validators
}
