import { withAdvice } from './advice.ts'
import { abortReason, type Clock, type TimerHandle } from './platform.ts'
import type { ConditionalFetch } from './conditionalFetch.ts'
import { type Validators, validators as strategy } from './cursors.ts'
import { decodeText, readJson } from './envelope.ts'
import { UnauthorizedError } from './errors.ts'
import { type Failure, parseRetryAfter } from './failure.ts'
import type { PendingPart, PreparedRequest } from './request.ts'
import type { Token } from './tokens.ts'
import type { FetchLike, MessageMeta } from './transport.ts'

/** One conditional GET: "has it changed since?" */
export interface ConditionalGet {
  clock: Clock
  fetch: FetchLike
  /** Builds the request. */
  prepare(attempt: ConditionalAttempt): Promise<PreparedRequest>
  /** Passed in, because the failure table is large and the caller already has it. */
  toError(failure: Failure): Error
  signal: AbortSignal
  /** The validators of the response still held; without them, the request is unconditional. */
  validators: Validators | undefined
  /** Shared by all polls of the same data. */
  conditionalFetch: ConditionalFetch
  credentials: RequestCredentials | undefined
  /** Default: JSON. */
  parse?: ((body: string, meta: MessageMeta) => unknown) | undefined
  /** In bytes. */
  maxBytes: number
  /** Covers everything, including `getToken` (ms). */
  timeout: number
}

/** What one request of a poll is built from, besides the options. */
interface ConditionalAttempt {
  /** The token that the server rejected. */
  rejected: Token | undefined
  pending: PendingPart
}

/** A new body with its validators, or `undefined` if nothing is new (304, 204 or an empty body). */
type ConditionalAnswer = { data: unknown; validators: Validators | undefined } | undefined

/**
 * Sends one request. A 401 forces one new token. Rejects with a `RealtimeError` or, after an abort, with the
 * signal's reason.
 */
export async function conditionalGet(get: ConditionalGet): Promise<ConditionalAnswer> {
  const { clock, signal, timeout, toError } = get
  const controller = new AbortController()
  let timer: TimerHandle | undefined
  let abort = () => {}
  const pending: PendingPart = { part: undefined }
  // A race, because `fetch` may ignore its signal and `getToken` may never settle.
  const end = new Promise<never>((_resolve, reject) => {
    abort = () => reject(abortReason(signal))
    timer = clock.setTimeout(() => reject(toError({ kind: 'timeout', part: pending.part })), timeout)
  })
  const prepare: Exchange['prepare'] = rejected => get.prepare({ rejected, pending })
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  try {
    return await Promise.race([end, exchange({ ...get, prepare }, controller.signal)])
  } finally {
    controller.abort()
    clock.clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

/** What one poll works with. */
interface Exchange extends Omit<ConditionalGet, 'prepare'> {
  prepare(rejected: Token | undefined): Promise<PreparedRequest>
}

async function exchange(get: Exchange, signal: AbortSignal): Promise<ConditionalAnswer> {
  const response = await ask(get, signal)
  const { status, headers } = response
  if (status === 204 || status === 304) return undefined
  if (!response.ok) {
    throw get.toError({
      kind: 'status',
      status,
      retryAfter: parseRetryAfter(headers.get('retry-after'), get.clock.now()),
    })
  }
  const body = await readBody(get, response)
  if (!body) return undefined
  return { data: parseBody(get, body, response), validators: strategy().read(response, body, undefined) }
}

async function ask(get: Exchange, signal: AbortSignal): Promise<Response> {
  let rejected: Token | undefined
  for (;;) {
    const { request, token, tokenUse } = await get.prepare(rejected)
    if (rejected !== undefined && token === null) break
    const conditional = get.validators ? strategy().attach(request, get.validators) : request
    const { credentials = 'same-origin' } = get
    // Do not pass on what `fetch` throws: in some runtimes its message contains the URL, and with it a token.
    const response = await get.conditionalFetch
      .send(conditional, get.fetch, { credentials, signal })
      .catch(() => {
        throw get.toError({ kind: 'network' })
      })
    if (response.status !== 401) return response
    if (tokenUse === 'refreshed') break
    rejected = token
  }
  throw new UnauthorizedError(withAdvice('The server refused the token.', 'refetch'))
}

async function readBody(get: Exchange, response: Response): Promise<string> {
  const isTooLarge = (bytes: number) => bytes > get.maxBytes
  const bytes = isTooLarge(Number(response.headers.get('content-length')))
    ? undefined
    : await response.arrayBuffer().catch(() => undefined)
  if (!bytes || isTooLarge(bytes.byteLength)) throw get.toError({ kind: 'body' })
  return decodeText(new Uint8Array(bytes))
}

function parseBody({ parse, toError }: Exchange, body: string, { status, headers }: Response): unknown {
  if (parse) return parseByApplication(() => parse(body, { status, headers }), toError)
  try {
    return readJson(body)
  } catch {
    const contentType = headers.get('content-type') ?? ''
    throw toError(/json/i.test(contentType) ? { kind: 'body' } : { kind: 'content-type', contentType })
  }
}

/** Drops what the application's function threw, because it may quote the body. */
function parseByApplication(parse: () => unknown, toError: Exchange['toError']): unknown {
  let data: unknown
  try {
    data = parse()
  } catch {
    throw toError({ kind: 'body', parse: 'threw' })
  }
  const { then } = (data ?? {}) as { then?: unknown }
  if (typeof then !== 'function') return data
  // Its rejection has already been reported here.
  void Promise.resolve(data).catch(() => undefined)
  throw toError({ kind: 'body', parse: 'promise' })
}
