import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** Answers one request; `index` counts them from 0. */
export type Answer = (response: ServerResponse, request: IncomingMessage, index: number) => unknown

/** A real server on a free port of loopback, gone when the test is. */
export async function startServer(answer: Answer) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    void answer(response, request, requests.length - 1)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests }
}

/** Writes parts one after another, each as a separate chunk. */
export async function writeParts(
  response: ServerResponse,
  parts: Iterable<string | Uint8Array>,
): Promise<void> {
  for (const part of parts) {
    response.write(part)
    await new Promise(resolve => setTimeout(resolve, 1))
  }
}
