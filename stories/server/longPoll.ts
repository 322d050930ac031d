import { BadRequest } from './badRequest.ts'
import { checkQueryNumber } from './check.ts'
import type { Cursor, Entry } from './envelope.ts'
import { unauthorizedAnswer, type Exchange } from './exchange.ts'
import type { Headers } from './http.ts'
import { watchToken } from './watchToken.ts'

/** Maximum time to hold a request (ms). */
const MAX_HOLD = 25_000

/** `GET /long-poll`: the envelopes after the cursor, held until there are any. */
export function longPoll(exchange: Exchange): void {
  const { channel, client, query, connection, answer, onClose } = exchange
  const { log, faults } = channel
  const hold = checkQueryNumber(query, 'hold', { max: MAX_HOLD, fallback: MAX_HOLD })
  const cursor = readCursor(exchange)
  const missed = cursor && log.after(cursor)
  if (!cursor) answer({ status: 200, headers: cursorHeaders(), body: log.snapshot() })
  else if (!missed) answerLost()
  else if (missed.length > 0) answerEntries(faults.withoutDropped(missed, client, 'longPoll'))
  if (!cursor || !missed || missed.length > 0) return

  const timer = setTimeout(() => finish(() => answer({ status: 204, headers: cursorHeaders() })), hold)
  const unwatch = watchToken(exchange, () => finish(() => answer(unauthorizedAnswer)))
  onClose(() => finish(() => undefined))
  connection.push = entries => finish(() => answerEntries(entries))
  connection.garble = () => finish(() => answer({ status: 200, body: [] }))

  function finish(how: () => void): void {
    delete connection.push
    delete connection.garble
    clearTimeout(timer)
    unwatch()
    how()
  }

  function answerEntries(entries: Entry[]): void {
    answer({ status: 200, headers: cursorHeaders(), body: entries })
  }

  function answerLost(): void {
    const message = 'The cursor is of another epoch, or older than the log. Ask again without a cursor.'
    answer({ status: 409, body: { message, ...log.head } })
  }

  function cursorHeaders(): Headers {
    const { epoch, seq } = log.head
    return { ETag: `"${epoch}-${seq}"`, 'Last-Modified': new Date(log.timeOf(seq) ?? 0).toUTCString() }
  }
}

/** The cursor is the pair of validators: a single one or a mismatched pair is an error. */
function readCursor({ req, channel }: Exchange): Cursor | undefined {
  const etag = req.headers['if-none-match']
  const since = req.headers['if-modified-since']
  if (etag === undefined && since === undefined) return undefined
  if (etag === undefined || since === undefined) {
    throw new BadRequest('The cursor is a pair: send both If-None-Match and If-Modified-Since, or none.')
  }
  const [, epoch, digits] = /^(?:W\/)?"([\w]+)-(\d+)"$/.exec(etag) ?? []
  if (epoch === undefined || Number.isNaN(Date.parse(since))) {
    throw new BadRequest('The cursor is malformed: echo ETag and Last-Modified as they came, or none.')
  }
  const seq = Number(digits)
  const { epoch: current } = channel.log.head
  const time = epoch === current ? channel.log.timeOf(seq) : undefined
  if (time !== undefined && new Date(time).toUTCString() !== since) {
    throw new BadRequest('If-None-Match and If-Modified-Since are of different answers: echo one pair.')
  }
  return { epoch, seq }
}
