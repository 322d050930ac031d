import { randomUUID } from 'node:crypto'
import { BadRequest } from './badRequest.ts'
import type { Channel } from './channel.ts'
import { checkNumber, checkRecord, checkText } from './check.ts'
import { type ErrorReply, isRecord, type ReplyEnvelope } from './envelope.ts'
import { LATE } from './orders.ts'

/** The reply to a request. A buffer becomes a binary frame without an envelope. */
export type Reply = ReplyEnvelope | ErrorReply | Buffer

type Handler = (params: unknown, channel: Channel) => unknown

const MAX_BINARY = 16 * 1024 * 1024
const MAX_SLOW = 60_000

const HANDLERS = new Map<string, Handler>([
  ['heartbeat', (_, { log }) => ({ at: Date.now(), ...log.head })],
  ['echo', params => params],
  ['price', price],
  ['orders', (_, { orders }) => orders.list()],
  ['order.create', (params, { orders }) => orders.create(checkRecord(params, '"params"')).order],
  ['order.change', changeOrder],
  ['order.cancel', (params, { orders }) => orders.cancel(checkRecord(params, '"params"'))],
  ['order.remove', (params, { orders }) => orders.remove(checkRecord(params, '"params"'))],
  ['chat.send', sendChat],
  ['message.post', (params, { messages }) => messages.post(checkRecord(params, '"params"'))],
  ['message.remove', (params, { messages }) => messages.remove(checkRecord(params, '"params"'))],
  ['slow', slow],
  ['binary', binary],
])

/** Replies to one request with its `type` and `params`, and with its `id` as `re`. Never throws. */
export async function answerRequest(request: unknown, channel: Channel): Promise<Reply> {
  const answer = await answerOf(request, channel)
  const id = isRecord(request) ? request.id : undefined
  const isNamed = typeof id === 'string' || typeof id === 'number'
  return isNamed && !Buffer.isBuffer(answer) ? { ...answer, re: id } : answer
}

async function answerOf(request: unknown, channel: Channel): Promise<Reply> {
  if (!isRecord(request) || typeof request.type !== 'string') {
    const message = 'A message must be a JSON object with a string "type", like {"type":"echo","params":1}.'
    return { type: 'error', params: null, error: { code: 'bad-message', message } }
  }
  const { type, params = null } = request
  const handler = HANDLERS.get(type)
  try {
    if (!handler) {
      const known = [...HANDLERS.keys()].join(', ')
      throw new BadRequest(
        `There is no request type ${JSON.stringify(type)}. Known: ${known}.`,
        'unknown-type',
      )
    }
    const pending = handler(params, channel)
    const response: unknown = pending instanceof Promise ? await pending : pending
    return Buffer.isBuffer(response) ? response : { type, params, response }
  } catch (cause) {
    const { code, message } = cause instanceof BadRequest ? cause : new BadRequest(String(cause), 'internal')
    return { type, params, error: { code, message } }
  }
}

function price(params: unknown, { log }: Channel): unknown {
  const entry = log.latestOf('price', params)
  if (entry) return entry.response
  throw new BadRequest(`There is no price for ${JSON.stringify(params)} yet.`, 'not-found')
}

function sendChat(params: unknown, { publish }: Channel): unknown {
  const { text, author } = checkRecord(params, '"params"')
  const message = {
    id: randomUUID(),
    author: checkText(author, '"author"'),
    text: checkText(text, '"text"'),
    at: Date.now(),
  }
  publish([{ type: 'chat.message', params: null, response: message }])
  return { ok: true, id: message.id }
}

/** Runs at once and replies after `replyAfter` (ms), also if rejected. */
async function changeOrder(params: unknown, { orders }: Channel): Promise<unknown> {
  const input = checkRecord(params, '"params"')
  const replyAfter = checkNumber(input.replyAfter, '"replyAfter" (ms)', LATE)
  try {
    return orders.change(input)
  } finally {
    await wait(replyAfter)
  }
}

async function slow(params: unknown): Promise<unknown> {
  const ms = checkNumber(checkRecord(params, '"params"').ms, '"ms"', { max: MAX_SLOW })
  await wait(ms)
  return { ms }
}

function wait(ms: number): Promise<void> {
  return new Promise(resolve => void setTimeout(resolve, ms).unref())
}

function binary(params: unknown): Buffer {
  const bytes = checkNumber(checkRecord(params, '"params"').bytes, '"bytes"', { max: MAX_BINARY })
  return Buffer.alloc(Math.floor(bytes), 0xa5)
}
