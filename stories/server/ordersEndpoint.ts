import { checkRecord } from './check.ts'
import type { Exchange } from './exchange.ts'
import { etagOf, matches, readJson } from './http.ts'

/** `GET /orders`: the list, with a validator. `POST /orders`: a new one, 200 if its id was known, else 201. */
export async function ordersEndpoint({ req, channel, answer }: Exchange): Promise<void> {
  if (req.method === 'POST') {
    const { order, created } = channel.orders.create(
      checkRecord(await readJson(req), 'The body of POST /orders'),
    )
    answer({ status: created ? 201 : 200, body: order })
    return
  }
  const body = JSON.stringify(channel.orders.list())
  const headers = { ETag: etagOf(body) }
  if (matches(req.headers['if-none-match'], headers.ETag)) answer({ status: 304, headers })
  else answer({ status: 200, headers, body })
}
