import type { Entry } from './envelope.ts'
import type { Exchange } from './exchange.ts'
import { etagOf, matches } from './http.ts'
import { isRecord } from './envelope.ts'
import { paramsOf } from './request.ts'

/** `GET /poll`: the latest value of one key with `type`, the latest of each key without. */
export function poll({ req, query, channel, answer }: Exchange): void {
  const type = query.get('type')
  if (type === null) {
    answerValidated({ ...channel.log.head, entries: channel.log.latest() })
    return
  }
  const params = paramsOf(query)
  const entry = channel.log.latestOf(type, params) ?? channel.log.latest().find(isAskedFor)
  if (entry) answerValidated(entry.response)
  else answer({ status: 204 })

  /** Query parameters are strings, so `id=7` also finds `{ id: 7 }`. */
  function isAskedFor(other: Entry): boolean {
    if (other.type !== type || !isRecord(other.params) || params === null) return false
    const members = Object.entries(other.params)
    const isEqual = members.every(([name, value]) => params[name] === String(value))
    return isEqual && members.length === Object.keys(params).length
  }

  function answerValidated(value: unknown): void {
    const body = JSON.stringify(value ?? null)
    const headers = { ETag: etagOf(body) }
    if (matches(req.headers['if-none-match'], headers.ETag)) answer({ status: 304, headers })
    else answer({ status: 200, headers, body })
  }
}
