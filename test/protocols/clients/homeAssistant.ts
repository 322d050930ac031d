import { type Message, messageKey, type Protocol, socketOptions, upsert } from 'react-query-realtime'

export interface Entity {
  entity_id: string
  state: string
}

interface Frame {
  type: string
  id: number
  success?: boolean
  result?: unknown
  error?: unknown
  event?: unknown
}

const protocol: Protocol = link => {
  const subscribes = new Set<number>()
  return {
    // The server speaks first.
    greet: () => undefined,
    parse(text) {
      const { type, id, success, result, error, event } = JSON.parse(String(text)) as Frame
      if (type === 'auth_required')
        return link.send(JSON.stringify({ type: 'auth', access_token: link.token }))
      if (type === 'auth_invalid') return link.fail(4401)
      if (type === 'auth_ok') {
        link.heartbeat({ interval: 30_000 })
        return link.ready()
      }
      if (type === 'event') return { re: id, response: event }
      if (type !== 'result') return undefined
      if (!success) return { re: id, error }
      return subscribes.has(id) ? { re: id } : { re: id, response: result }
    },
    serialize({ kind, type, params, id, of }) {
      if (kind === 'subscribe') subscribes.add(id)
      if (kind === 'heartbeat') return JSON.stringify({ id, type: 'ping' })
      if (kind === 'unsubscribe')
        return JSON.stringify({ id, type: 'unsubscribe_events', subscription: of?.id })
      return JSON.stringify({ id, type, ...Object(params) })
    },
  }
}

type StateChange = Message<string, unknown, { event_type: string; data: { new_state: Entity } }>

export const home = socketOptions({
  url: '/api/websocket',
  protocol,
  on: {
    subscribe_events: ({ params, response }: StateChange, cache) => {
      cache.setQueryData(messageKey('subscribe_events', params), response)
      if (response.event_type !== 'state_changed') return
      cache.setQueryData(['get_states'], upsert(response.data.new_state, { by: 'entity_id' }))
    },
  },
})
