import { createServer, type ServerResponse } from 'node:http'
import { startServer } from '../support.tsx'

/** Streamed chat completions. https://platform.openai.com/docs/api-reference/chat-streaming */
export async function startChatCompletions() {
  const keys = new Set(['sk-secret'])
  /** The answers that are being written, by question. */
  const answers = new Map<string, ServerResponse>()
  const questions: string[] = []
  const server = createServer((request, response) => {
    const isAllowed = keys.has(request.headers.authorization?.slice('Bearer '.length) ?? '')
    if (!isAllowed || request.method !== 'POST' || request.url !== '/v1/chat/completions') {
      response.writeHead(isAllowed ? 404 : 401, { 'Content-Type': 'application/json' })
      return void response.end(
        JSON.stringify({ error: { code: 'invalid_api_key', type: 'invalid_request_error' } }),
      )
    }
    let body = ''
    request.on('data', part => (body += String(part)))
    request.on('end', () => {
      const { messages } = JSON.parse(body) as { messages: { content: string }[] }
      const question = messages.at(-1)!.content
      questions.push(question)
      answers.set(question, response)
      response.on('close', () => answers.delete(question))
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
    })
  })
  const send = (question: string, data: string) => answers.get(question)!.write(`data: ${data}\n\n`)
  return {
    ...(await startServer(server)),
    keys,
    answers,
    questions,
    write(question: string, content: string) {
      const choices = [{ index: 0, delta: { content }, finish_reason: null }]
      send(question, JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', choices }))
    },
    finish(question: string) {
      send(question, '[DONE]')
      answers.get(question)!.end()
    },
    cutOff: (question: string) => void answers.get(question)!.end(),
  }
}
