import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { Relay } from './relay.ts'
import { closeFrame, createFrameSplitter, type Frame, textFrame } from './frames.ts'
import { drip, headersOf } from './relayRequest.ts'
import type { ActAt, AnswerAct, BreakAct, FrameAct, Side } from './rules.ts'

/** What a relay is given besides its sockets. */
export interface SocketRelayOptions {
  upstream: URL
  handshake: ActAt<'handshake'> | undefined
  /** Called for every frame. */
  actOn(from: Side, frame: Frame): FrameAct | undefined
}

interface FrameRelay {
  take(chunk: Buffer): void
  /** Resolves when all that was taken has had its turn. */
  settled(): Promise<void>
}

const HEAD_END = '\r\n\r\n'

/** Passes a WebSocket to the upstream, except for what the rules do to its handshake and its frames. */
export function relaySocket(req: IncomingMessage, client: Socket, options: SocketRelayOptions): Relay {
  const { handshake, upstream } = options
  let server: Socket | undefined
  /** Nothing passes any more, either way; the client's socket is kept until the client ends it. */
  let isSevered = false

  async function shakeHands(): Promise<void> {
    if (handshake?.do === 'hang') return void client.resume()
    if (handshake?.do === 'reset') return void client.resetAndDestroy()
    if (handshake?.do === 'answer') return void client.end(answer(handshake))
    if (handshake?.do === 'delay') await setTimeout(handshake.ms)
    if (!client.destroyed)
      join(connect({ host: upstream.hostname, port: Number(upstream.port), allowHalfOpen: true }))
  }

  function join(peer: Socket): void {
    server = peer
    peer.on('error', () => undefined)
    peer.write(requestHead(req))
    const toClient = relay('server', client)
    let answered = ''
    peer.on('data', (chunk: Buffer) => {
      if (answered.includes(HEAD_END)) return toClient.take(chunk)
      answered += chunk.toString('latin1')
      const end = answered.indexOf(HEAD_END)
      if (end < 0) return
      const after = Buffer.from(answered.slice(end + HEAD_END.length), 'latin1')
      client.write(answered.slice(0, end + HEAD_END.length), 'latin1')
      if (handshake?.do === 'half-open') isSevered = true
      toClient.take(after)
    })
    const toServer = relay('client', peer)
    client.on('data', toServer.take)
    // What is held up still comes before the end.
    const end = () => void toClient.settled().then(() => isSevered || client.end())
    peer.on('end', end)
    peer.on('close', end)
    client.on('close', () => peer.destroy())
  }

  /** Frames are ordered, so delaying one delays all behind it. */
  function relay(from: Side, to: Socket): FrameRelay {
    const split = createFrameSplitter()
    let held: Buffer | undefined
    let turn = Promise.resolve()
    const pass = async (frame: Frame): Promise<void> => {
      if (isSevered) return
      const act = options.actOn(from, frame)
      if (act?.do === 'reorder') return void (held = frame.bytes)
      await strike(act, frame.bytes, to)
      if (held) to.write(held)
      held = undefined
    }
    return {
      take(chunk) {
        for (const frame of split(chunk)) turn = turn.then(() => pass(frame))
      },
      settled: () => turn,
    }
  }

  async function strike(
    act: Exclude<FrameAct, { do: 'reorder' }> | undefined,
    bytes: Buffer,
    to: Socket,
  ): Promise<void> {
    if (!act) return void to.write(bytes)
    switch (act.do) {
      case 'drop':
        return
      case 'duplicate':
        return void to.write(Buffer.concat([bytes, bytes]))
      case 'replace':
        return void to.write(textFrame(act.text))
      case 'delay':
        await setTimeout(act.ms)
        if (!isSevered) to.write(bytes)
        return
      case 'drip':
        for await (const byte of drip(bytes)) to.write(byte)
        return
      case 'cut':
        return void to.write(bytes.subarray(0, act.after), () => breakOff({ do: 'reset' }))
      default:
        breakOff(act)
    }
  }

  function breakOff(act: BreakAct): void {
    isSevered = true
    if (act.do === 'half-open') return
    if (act.do === 'reset') client.resetAndDestroy()
    else client.end(closeFrame(act.code, act.reason))
    server?.resetAndDestroy()
  }

  client.on('error', () => undefined)
  client.on('end', () => (isSevered || !server ? client.destroy() : server.end()))
  void shakeHands()
  return {
    breakOff,
    destroy() {
      client.destroy()
      server?.destroy()
    },
  }
}

/** Without extensions: a compressed frame could not be read here. */
function requestHead({ method, url, headers }: IncomingMessage): string {
  return head(`${method} ${url} HTTP/1.1`, { ...headers, 'sec-websocket-extensions': undefined })
}

function answer(act: AnswerAct): string {
  return head(`HTTP/1.1 ${act.status} No`, headersOf(act)) + (act.body ?? '')
}

function head(firstLine: string, headers: IncomingHttpHeaders): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}: ${String(value)}`,
  )
  return [firstLine, ...lines].join('\r\n') + HEAD_END
}
