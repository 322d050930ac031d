import { readPrices } from '../../../lib/prices'

/** Sends an event for each price, once a second, until the browser leaves. */
export function GET() {
  let timer: ReturnType<typeof setInterval>
  const events = new ReadableStream<string>({
    start(controller) {
      const send = () => {
        for (const price of readPrices()) {
          controller.enqueue(`event: price\ndata: ${JSON.stringify(price)}\n\n`)
        }
      }
      send()
      timer = setInterval(send, 1_000)
    },
    cancel() {
      clearInterval(timer)
    },
  })
  return new Response(events.pipeThrough(new TextEncoderStream()), {
    // `no-transform` keeps Next from compressing the stream, which would hold events back.
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache, no-transform' },
  })
}
