import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

async function readJson(request: IncomingMessage): Promise<unknown> {
  let body = ''
  for await (const part of request) body += String(part)
  return JSON.parse(body)
}

/**
 * Answers a question with its own words in reverse, one every `wordTime` ms. The first answer to "break" breaks off, an answer to
 * "forever" never ends, and "broke" is refused.
 */
export function createChatServer(wordTime = 200): Server {
  let hasBroken = false

  // #region chat
  async function respond(request: IncomingMessage, response: ServerResponse) {
    const asked = (await readJson(request)) as { messages?: { content: string }[]; prompt?: string }
    const prompt = asked.messages?.at(-1)?.content ?? asked.prompt ?? ''
    if (prompt === 'broke') {
      response.writeHead(429, { 'content-type': 'application/json' })
      return response.end('{"error":{"code":"insufficient_quota"}}')
    }
    const isLines = request.url === '/generate'
    response.writeHead(200, { 'content-type': isLines ? 'application/x-ndjson' : 'text/event-stream' })
    const write = (delta: object) => response.write(`data: ${JSON.stringify({ choices: [{ delta }] })}\n\n`)
    // The client went away: stop the work.
    const isGone = () => response.destroyed
    if (!isLines) write({ role: 'assistant', content: '' })
    for (const word of wordsOf(prompt)) {
      await pause(wordTime)
      if (isGone()) return
      if (isLines) response.write(`${JSON.stringify({ response: word, done: false })}\n`)
      else write({ content: word })
      if (prompt === 'break' && !hasBroken) {
        hasBroken = true
        await pause(wordTime)
        return response.destroy()
      }
    }
    if (prompt === 'forever') return
    return response.end(isLines ? '{"response":"","done":true}\n' : 'data: [DONE]\n\n')
  }
  // #endregion chat

  return createServer((request, response) => void respond(request, response))
}

function wordsOf(prompt: string): string[] {
  const words = prompt.split(' ').reverse()
  return words.map((word, index) => (index === 0 ? word : ` ${word}`))
}
