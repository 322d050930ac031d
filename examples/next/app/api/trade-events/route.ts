import { currentPosition, followTrades } from '../../../lib/trades'

/** Sends every trade after the position in `after`, until the browser leaves. */
export function GET(request: Request) {
  const after = new URL(request.url).searchParams.get('after')
  let stop: () => void
  const events = new ReadableStream<string>({
    start(controller) {
      stop = followTrades(after === null ? currentPosition() : Number(after), trade => {
        const envelope = { type: 'trade', seq: trade.id, response: trade }
        controller.enqueue(`data: ${JSON.stringify(envelope)}\n\n`)
      })
    },
    cancel: () => stop(),
  })
  return new Response(events.pipeThrough(new TextEncoderStream()), {
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache, no-transform' },
  })
}
