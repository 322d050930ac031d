import type { AttachToken, GrantedToken, HeldToken } from './tokens.ts'
import type { TokenUse } from './connectionState.ts'
import { ConfigurationError } from './errors.ts'
import type { RequestPart } from './failure.ts'
import { findRefusedHeader, type HeadersOption, mergeHeaders } from './headers.ts'
import { refusePromise } from './refusePromise.ts'
import { inPart } from './requestPart.ts'
import {
  assertScheme,
  assertTrusted,
  isAbsolute,
  isLoopback,
  resolveUrl,
  type TokenOrigins,
  toSocketUrl,
} from './requestUrl.ts'
import type { TransportRequest } from './transport.ts'

/** A URL option. A function is called at each attempt. */
export type UrlSource = string | URL | (() => string | URL | Promise<string | URL>)

/** What a request is built from. */
export interface RequestPlan {
  url: UrlSource
  baseUrl?: string | undefined
  headers?: HeadersOption | undefined
  protocols?: readonly string[] | undefined
  isSocket?: boolean | undefined
  grant(): Promise<GrantedToken>
  attachToken: AttachToken
  origins: TokenOrigins
  /** Adds the position to resume from, before the token. */
  attachCursor?: ((request: TransportRequest) => TransportRequest) | undefined
  /** Called when a part that may take time begins, and with `undefined` when it has settled. */
  waitingFor?: ((part: RequestPart | undefined) => void) | undefined
}

/** A request that is ready to send, and the token in it. */
export interface PreparedRequest extends HeldToken {
  request: TransportRequest
  tokenUse: TokenUse
}

/** Builds the request of one attempt: URL, cursor, token, in this order. Pass a throw to `preparationFailure`. */
export async function prepareRequest(plan: RequestPlan): Promise<PreparedRequest> {
  const url = await targetOf(plan)
  const headers = mergeHeaders(plan.headers)
  assertHeaders(headers, 'of the option "headers"')
  const { token, forced, refreshAt } = await settled(plan, 'getToken', plan.grant)
  let request: TransportRequest = { url: url.href, headers, protocols: [...(plan.protocols ?? [])] }
  if (plan.attachCursor) request = plan.attachCursor(request)
  if (token) {
    assertTrusted(new URL(request.url), plan.origins)
    request = attach('attachToken', () => plan.attachToken(request, token))
    // Check again, because the last function to change the URL decides where the token goes.
    assertTrusted(new URL(request.url), plan.origins)
  }
  request = { ...request, headers: mergeHeaders(request.headers) }
  assertSendable(request, plan.isSocket ?? false)
  const given = forced ? 'forced' : 'given'
  return { request, token, refreshAt, tokenUse: token ? given : 'none' }
}

/**
 * Calls an application function that changes a request. Throws, naming the function, if it does not return a
 * request.
 */
export function attach(part: RequestPart, call: () => TransportRequest): TransportRequest {
  const request: unknown = refusePromise(inPart<unknown>(part, call), `"${part}"`)
  if (isRequest(request)) return request
  throw new ConfigurationError(`"${part}" must return the request that it received, with its changes.`)
}

function isRequest(value: unknown): value is TransportRequest {
  const { url, headers, protocols } = (value ?? {}) as Partial<TransportRequest>
  return typeof url === 'string' && isAbsolute(url) && headers !== undefined && protocols !== undefined
}

async function settled<Result>(
  { waitingFor }: RequestPlan,
  part: RequestPart,
  call: () => Result | Promise<Result>,
): Promise<Result> {
  waitingFor?.(part)
  const result = await inPart(part, async () => call())
  waitingFor?.(undefined)
  return result
}

/** Throws for a token or a cursor that the transport cannot carry; it would get lost silently. */
function assertSendable({ headers, protocols, firstMessage }: TransportRequest, isSocket: boolean): void {
  if (isSocket && Object.keys(headers).length > 0) {
    throw new ConfigurationError(
      'A WebSocket sends no headers. For its token use tokenInQuery, tokenInProtocol or tokenInFirstMessage, for its cursor cursorInQuery or cursorInFirstMessage.',
    )
  }
  if (!isSocket && (protocols.length > 0 || firstMessage !== undefined)) {
    throw new ConfigurationError(
      'HTTP has no subprotocols and no first message. For its token use tokenInHeader or tokenInQuery, for its cursor cursorInHeader or cursorInQuery.',
    )
  }
  assertHeaders(headers, 'of the request')
}

/** `fetch` would refuse the header at each attempt, and its error may quote the value. */
function assertHeaders(headers: Readonly<Record<string, string>>, whose: string): void {
  const refused = findRefusedHeader(headers)
  if (refused === undefined) return
  throw new ConfigurationError(`The header "${refused}" ${whose} has a name or a value that cannot be sent.`)
}

async function targetOf(plan: RequestPlan): Promise<URL> {
  const { url, baseUrl, isSocket } = plan
  const resolved = resolveUrl(typeof url === 'function' ? await settled(plan, 'url', url) : url, baseUrl)
  const target = isSocket ? toSocketUrl(resolved) : resolved
  assertScheme(target, isSocket ? ['ws:', 'wss:'] : ['http:', 'https:'])
  if (isSocket && isMixedContent(target))
    throw new ConfigurationError('A page on https cannot open ws:. Use a wss: URL.')
  return target
}

function isMixedContent(url: URL): boolean {
  const page = (globalThis as { location?: { protocol?: string } }).location
  return page?.protocol === 'https:' && url.protocol === 'ws:' && !isLoopback(url)
}
