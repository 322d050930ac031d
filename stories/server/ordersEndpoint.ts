import { checkRecord } from './check.ts'
import type { Exchange } from './exchange.ts'
import { etagOf, matches, readJson } from './http.ts'

/**
 * `GET /orders`: the list, with a validator; with `?position=1` also the position in the log that it includes.
 * `POST /orders`: creates one, with status 200 for a known id, else 201.
 */
export async function ordersEndpoint({ req, query, channel, answer }: Exchange): Promise<void> {
  if (req.method === 'POST') {
    const { order, created } = channel.orders.create(
      checkRecord(await readJson(req), 'The body of POST /orders'),
    )
    answer({ status: created ? 201 : 200, body: order })
    return
  }
  const { log, orders } = channel
  const list = orders.list()
  const hasPosition = query.get('position') === '1'
  const body = JSON.stringify(hasPosition ? { ...log.head, changes: orders.changes, orders: list } : list)
  const headers = { ETag: etagOf(body) }
  if (matches(req.headers['if-none-match'], headers.ETag)) answer({ status: 304, headers })
  else answer({ status: 200, headers, body })
}
