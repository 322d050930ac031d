import { abortReason, type Clock, type TimerHandle } from './platform.ts'
import type { ConditionalFetch } from './conditionalFetch.ts'
import { type Validators, validators as strategy } from './cursors.ts'
import { decodeText, withoutProto } from './envelope.ts'
import { type Failure, parseRetryAfter, toError } from './failure.ts'
import { type AttemptParts, type PendingPart, preparationFailure, type PreparedRequest } from './request.ts'
import { type CurrentToken, refusalError } from './tokens.ts'
import type { FetchLike } from './transport.ts'
import type { ResponseMeta } from './envelope.ts'
import { ignoreRejection, isPromise } from './validation.ts'

/** One conditional GET: "has it changed since?" */
export interface ConditionalGet {
  clock: Clock
  fetch: FetchLike
  /** Builds the request. */
  prepare(attempt: AttemptParts): Promise<PreparedRequest>
  signal: AbortSignal
  /** The validators of the response still held; without them, the request is unconditional. */
  validators: Validators | undefined
  /** Shared by all polls of the same data. */
  conditionalFetch: ConditionalFetch
  credentials: RequestCredentials | undefined
  /** Default: JSON. */
  parse?: ((body: string, meta: ResponseMeta) => unknown) | undefined
  /** Called with each response, before its body is read. */
  onResponse?: ((meta: ResponseMeta) => void) | undefined
  /** In bytes. */
  maxBytes: number
  /** Covers everything, including `getToken` (ms). */
  timeout: number
}

/** A new body with its validators, or `undefined` if nothing is new (304, 204 or an empty body). */
type ConditionalAnswer = { data: unknown; validators: Validators | undefined } | undefined

/**
 * Sends one request. A 401 forces one new token. Rejects with a `RealtimeError` or, after an abort, with the
 * signal's reason.
 */
export async function conditionalGet(get: ConditionalGet): Promise<ConditionalAnswer> {
  const { clock, signal, timeout } = get
  const controller = new AbortController()
  let timer: TimerHandle | undefined
  let abort = () => {}
  const pending: PendingPart = { part: undefined }
  // A race, because `fetch` may ignore its signal and `getToken` may never settle.
  const end = new Promise<never>((_resolve, reject) => {
    abort = () => reject(abortReason(signal))
    timer = clock.setTimeout(() => reject(toError({ kind: 'timeout', part: pending.part })), timeout)
  })
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  try {
    return await Promise.race([end, exchange(get, pending, controller.signal)])
  } finally {
    controller.abort()
    clock.clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

async function exchange(
  get: ConditionalGet,
  pending: PendingPart,
  signal: AbortSignal,
): Promise<ConditionalAnswer> {
  const response = await ask(get, pending, signal)
  const { status, headers } = response
  if (status === 204 || status === 304) return undefined
  if (!response.ok) {
    const retryAfter = parseRetryAfter(headers.get('retry-after'), get.clock.now())
    throw toError({ kind: 'status', status, retryAfter })
  }
  const body = await readBody(get, response)
  if (!body) return undefined
  const data = withoutProto(parseBody(get, body, response), body)
  return { data, validators: strategy().read(response, body, undefined) }
}

async function ask(get: ConditionalGet, pending: PendingPart, signal: AbortSignal): Promise<Response> {
  const { credentials = 'same-origin' } = get
  let rejected: CurrentToken | undefined
  for (;;) {
    const { request, token, tokenUse } = await get
      .prepare({ rejected, pending })
      .catch((cause: unknown) => fail(preparationFailure(cause)))
    const isMissing = rejected !== undefined && token === null
    if (!isMissing) {
      const conditional = get.validators ? strategy().attach(request, get.validators) : request
      // Do not pass on what `fetch` throws: in some runtimes its message contains the URL, and with it a token.
      const response = await get.conditionalFetch
        .send(conditional, get.fetch, { credentials, signal })
        .catch(() => fail({ kind: 'network' }))
      const { status, headers } = response
      get.onResponse?.({ status, headers })
      if (status !== 401) return response
    }
    const error = refusalError({ kind: 'status', status: 401 }, tokenUse, isMissing)
    if (error) throw error
    rejected = { token }
  }
}

function fail(failure: Failure): never {
  throw toError(failure)
}

async function readBody(get: ConditionalGet, response: Response): Promise<string> {
  const isTooLarge = (bytes: number) => bytes > get.maxBytes
  const bytes = isTooLarge(Number(response.headers.get('content-length')))
    ? undefined
    : await response.arrayBuffer().catch(() => undefined)
  if (!bytes || isTooLarge(bytes.byteLength)) fail({ kind: 'body' })
  return decodeText(new Uint8Array(bytes))
}

function parseBody({ parse }: ConditionalGet, body: string, { status, headers }: Response): unknown {
  if (parse) return parseByApplication(() => parse(body, { status, headers }))
  try {
    return JSON.parse(body)
  } catch {
    const contentType = headers.get('content-type') ?? ''
    return fail(/json/i.test(contentType) ? { kind: 'body' } : { kind: 'content-type', contentType })
  }
}

/** Drops what the application's function threw, because it may quote the body. */
function parseByApplication(parse: () => unknown): unknown {
  let data: unknown
  try {
    data = parse()
  } catch {
    return fail({ kind: 'body', parse: 'threw' })
  }
  if (!isPromise(data)) return data
  ignoreRejection(data)
  return fail({ kind: 'body', parse: 'promise' })
}
