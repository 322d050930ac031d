import { checkQueryNumber, checkRecord } from './check.ts'
import type { Exchange } from './exchange.ts'
import { readJson } from './http.ts'

/** `GET /messages`: a page of the messages, of one `room` or `author` if given, with its position in the log. `POST /messages`: posts one. */
export async function messagesEndpoint({ req, query, channel, answer }: Exchange): Promise<void> {
  if (req.method === 'POST') {
    const input = checkRecord(await readJson(req), 'The body of POST /messages')
    answer({ status: 201, body: channel.messages.post(input) })
    return
  }
  const idOf = (name: string) => (query.has(name) ? checkQueryNumber(query, name, { fallback: 0 }) : null)
  const page = channel.messages.page({
    room: query.get('room'),
    author: query.get('author'),
    before: idOf('before'),
    after: idOf('after'),
  })
  answer({ status: 200, body: { ...channel.log.head, ...page } })
}
