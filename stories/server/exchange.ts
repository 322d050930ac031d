import type { ServerResponse } from 'node:http'
import type { Connection } from './connections.ts'
import { garbageText, garbageType, type GarbageKind } from './garbage.ts'
import { resetConnection, sendAnswer, type Answer } from './http.ts'
import { createOutbox } from './outbox.ts'
import type { TransportName } from './presences.ts'
import { isTokenRequired, tokenOf, type DemoRequest } from './request.ts'

/** One HTTP request that faults can affect, from its arrival to the end of its response. */
export interface Exchange extends DemoRequest {
  res: ServerResponse
  connection: Connection
  /** Responds, subject to `delay`, `freeze` and `garbage`. */
  answer: (answer: Answer) => void
  answerGarbage: (kind: GarbageKind) => void
  /** Calls `listener` once when the exchange ends. */
  onClose: (listener: () => void) => void
}

/** Opens an exchange; `undefined` if a fault or a missing token has already caused a response. */
export function openExchange(
  request: DemoRequest,
  res: ServerResponse,
  transport: TransportName | 'rest',
): Exchange | undefined {
  const { channel, client, req } = request
  const { faults, connections } = channel
  const kill = () => resetConnection(req.socket)
  if (faults.get('down', client)) {
    kill()
    return undefined
  }

  const hold = { isFrozen: () => faults.isFrozen(client), delay: () => faults.delay(client) }
  const outbox = createOutbox(hold, kill)
  const connection: Connection = { client, transport, outbox, kill }
  const onClose = (listener: () => void) => onceClosed(res, listener)
  onClose(connections.add(connection))
  if (transport !== 'rest') channel.feed.start()

  function answerGarbage(kind: GarbageKind): void {
    const headers = { 'Content-Type': garbageType(kind) }
    outbox.push(() => sendAnswer(res, { status: 200, headers, body: garbageText(kind) }))
  }

  function answer(truth: Answer): void {
    const garbage = truth.status < 400 ? faults.takeGarbage(client, transport) : undefined
    if (garbage) answerGarbage(garbage)
    else outbox.push(() => sendAnswer(res, truth))
  }

  const refusal = refusalOf(request)
  if (refusal) {
    answer(refusal)
    return undefined
  }
  return { ...request, res, connection, answer, answerGarbage, onClose }
}

/** The rejection of `request` by the `refuse` fault or the tokens, if any. */
function refusalOf(request: DemoRequest): Answer | undefined {
  const { channel, client } = request
  const refuse = channel.faults.get('refuse', client)
  if (refuse) return refusedAnswer(refuse)
  if (!isTokenRequired(request) || channel.tokens.accept(tokenOf(request), client)) return undefined
  return unauthorizedAnswer
}

export const unauthorizedAnswer: Answer = {
  status: 401,
  headers: { 'WWW-Authenticate': 'Bearer' },
  body: { message: 'The token is missing, expired or revoked. Get one with POST /token.' },
}

export function refusedAnswer(refuse: { status: number; retryAfter?: number | string }): Answer {
  const headers = refuse.retryAfter === undefined ? {} : { 'Retry-After': String(refuse.retryAfter) }
  return { status: refuse.status, headers, body: { message: 'The fault "refuse" is on.' } }
}

/**
 * Storybook's compression replaces `res.on` (and so `once`) by a version that defers listeners until the first byte. For a
 * held request it may never come. `addListener` avoids this.
 */
function onceClosed(res: ServerResponse, listener: () => void): void {
  let isCalled = false
  res.addListener('close', () => {
    if (isCalled) return
    isCalled = true
    listener()
  })
}
