import { type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { ActAt, AnswerAct } from './rules.ts'

/** Passes one HTTP request on to the upstream and its answer back, but for what `act` does to them. */
export async function relayRequest(
  upstream: URL,
  [req, res]: [IncomingMessage, ServerResponse],
  act: ActAt<'request'> | undefined,
): Promise<void> {
  const socket = req.socket
  if (act?.do === 'hang') return
  if (act?.do === 'reset') return void socket.resetAndDestroy()
  if (act?.do === 'answer') return void res.writeHead(act.status, headersOf(act)).end(act.body ?? '')
  if (act?.do === 'delay') await setTimeout(act.ms)
  const answer = await ask(upstream, req, res)
  if (!answer) return void socket.destroy()
  const headers = { ...answer.headers, ...(act?.do === 'headers' && act.headers) }
  res.writeHead(answer.statusCode ?? 502, endToEnd(headers))
  res.flushHeaders()
  try {
    for await (const chunk of shape(answer as AsyncIterable<Buffer>, act)) res.write(chunk)
    if (act?.do === 'cut') return leave(socket, act.then)
    res.end()
  } catch {
    socket.resetAndDestroy()
  }
}

/** The headers of a plain answer; one connection serves one request, so that faults count. */
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

/** One connection serves one request, so that faults count. */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries({ ...headers, connection: 'close' }).filter(
      ([name]) => name !== 'transfer-encoding' && name !== 'keep-alive',
    ),
  )
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

/** Bytes one by one, each in a turn of its own. */
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
