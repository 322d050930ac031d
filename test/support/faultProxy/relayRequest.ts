import { type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Relay } from './relay.ts'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { ActAt, AnswerAct } from './rules.ts'

/** Passes one HTTP request to the upstream and its response back, except for what `act` does to them. */
export function relayRequest(
  upstream: URL,
  [req, res]: [IncomingMessage, ServerResponse],
  act: ActAt<'request'> | undefined,
): Relay {
  const { socket } = req
  let isSevered = false

  async function exchange(): Promise<void> {
    if (act?.do === 'hang') return
    if (act?.do === 'reset') return void socket.resetAndDestroy()
    if (act?.do === 'answer') return void res.writeHead(act.status, headersOf(act)).end(act.body ?? '')
    if (act?.do === 'delay') await setTimeout(act.ms)
    const answer = await ask(upstream, req, res)
    if (isSevered) return
    if (!answer) return void socket.destroy()
    const headers = { ...answer.headers, ...(act?.do === 'headers' && act.headers) }
    res.writeHead(answer.statusCode ?? 502, endToEnd(headers)).flushHeaders()
    for await (const chunk of shape(answer as AsyncIterable<Buffer>, act)) if (!isSevered) res.write(chunk)
    if (isSevered) return
    if (act?.do === 'cut') leave(socket, act.then)
    else res.end()
  }

  // The upstream broke off.
  exchange().catch(() => isSevered || socket.resetAndDestroy())
  return {
    breakOff(how) {
      isSevered = true
      if (how.do === 'reset') socket.resetAndDestroy()
      if (how.do === 'close') socket.end()
    },
    destroy: () => void socket.destroy(),
  }
}

/** The headers of a plain response. One connection serves one request, so that faults count. */
export function headersOf({ headers, body = '' }: AnswerAct): Record<string, string> {
  return {
    'access-control-allow-origin': '*',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...headers,
  }
}

function ask(upstream: URL, req: IncomingMessage, res: ServerResponse): Promise<IncomingMessage | undefined> {
  return new Promise(resolve => {
    const { hostname, port } = upstream
    const onward = request({
      hostname,
      port,
      method: req.method,
      path: req.url,
      headers: req.headers,
      agent: false,
    })
    onward.on('response', resolve)
    onward.on('error', () => resolve(undefined))
    res.on('close', () => onward.destroy())
    req.pipe(onward)
  })
}

/**
 * One connection serves one request, so that faults count. Not so an answer without a length: for `fetch` of Node, a
 * reset would be the good end of a connection that was to be closed anyway.
 */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const hasLength = headers['transfer-encoding'] === undefined
  const hopByHop = ['transfer-encoding', 'keep-alive', 'connection']
  const others = Object.entries(headers).filter(([name]) => !hopByHop.includes(name))
  return { ...Object.fromEntries(others), ...(hasLength && { connection: 'close' }) }
}

async function* shape(body: AsyncIterable<Buffer>, act: ActAt<'request'> | undefined): AsyncIterable<Buffer> {
  let left = act?.do === 'cut' ? act.after : Infinity
  if (left === 0) return
  for await (const chunk of body) {
    if (act?.do === 'drip') yield* drip(chunk)
    else yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) return
  }
}

/** Bytes one by one, each in a separate turn. */
export async function* drip(bytes: Buffer): AsyncIterable<Buffer> {
  for (const byte of bytes) {
    yield Buffer.of(byte)
    await setImmediate()
  }
}

function leave(socket: Socket, how: 'end' | 'reset' | 'hang'): void {
  if (how === 'end') socket.end()
  if (how === 'reset') socket.resetAndDestroy()
}
