import { BadRequest } from './badRequest.ts'
import type { Channel } from './channel.ts'
import { checkNumber, checkRecord, checkText } from './check.ts'
import type { Envelope } from './envelope.ts'
import { performFault } from './faultRequest.ts'

/** Maximum lifetime of a token (ms). */
const MAX_TTL = 24 * 3_600_000

/** An endpoint without faults: receives a JSON body and returns the response body. */
export type Control = (channel: Channel, body: unknown) => unknown

export const publish: Control = ({ publish: append }, body) => append(readEnvelopes(body))

export const configureFeed: Control = ({ feed }, body) => {
  feed.configure(body)
  return feed.settings
}

export const issueToken: Control = ({ tokens }, body) => {
  const { user, ttl } = checkRecord(body, 'The body of POST /token')
  const name = user === undefined ? 'demo' : checkText(user, '"user"')
  return tokens.issue(name, checkNumber(ttl, '"ttl" (ms)', { max: MAX_TTL, fallback: 60_000 }))
}

export const countTokens: Control = ({ tokens }) => tokens.counts()

export const listClients: Control = ({ connections }) => ({
  clients: connections.clients(),
  opened: connections.opened,
})

export const countSubscriptions: Control = ({ subscriptions }) => ({ held: subscriptions.count() })

export const makeFault: Control = (channel, body) => {
  performFault(channel, body)
  return { faults: channel.faults.list() }
}

function readEnvelopes(body: unknown): Envelope[] {
  const list: unknown[] = Array.isArray(body) ? body : [body]
  return list.map(item => {
    const { type, params = null, response = null } = checkRecord(item, 'An envelope')
    if (typeof type === 'string' && type !== '') return { type, params, response }
    throw new BadRequest('An envelope needs a non-empty string "type"; "params" and "response" are any JSON.')
  })
}
