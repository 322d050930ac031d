import { append, type Message, messageKey, type Protocol, socketOptions } from 'react-query-realtime'

interface Dispatch {
  channel_id?: string
  content?: string
  session_id?: string
  heartbeat_interval: number
}

interface Frame {
  op: number
  d: Dispatch
  s: number | null
  t: string
}

const protocol: Protocol = link => {
  const resumed = typeof link.cursor === 'object' ? link.cursor : undefined
  let session = resumed?.epoch
  let seq = resumed?.seq ?? null
  const { token } = link
  const send = (op: number, d: unknown) => link.send(JSON.stringify({ op, d }))
  return {
    // The server speaks first.
    greet: () => undefined,
    parse(text) {
      const { op, d, s, t } = JSON.parse(String(text)) as Frame
      if (op === 10) {
        link.heartbeat({ interval: d.heartbeat_interval })
        return resumed
          ? send(6, { token, session_id: session, seq })
          : send(2, { token, intents: 1 << 9, properties: { os: 'web', browser: 'app', device: 'app' } })
      }
      if (op === 1) return send(1, seq)
      // Reconnect and resume; or start a new session.
      if (op === 7) return link.fail(4000)
      if (op === 9) return link.fail(d ? 4000 : 4007)
      if (op !== 0) return undefined
      seq = s
      if (t === 'READY') session = d.session_id
      if (t === 'READY' || t === 'RESUMED') link.ready({ resumed: t === 'RESUMED' })
      return { type: t, params: { channel: d.channel_id }, response: d, epoch: session, seq: s ?? undefined }
    },
    serialize: ({ kind, data }) => JSON.stringify(kind === 'heartbeat' ? { op: 1, d: seq } : data),
  }
}

type ChannelMessage = Message<string, { channel: string }, Dispatch>

export const discord = socketOptions({
  url: '/?v=10&encoding=json',
  protocol,
  recovery: { cursor: ({ epoch, seq }) => (seq === undefined ? undefined : { epoch, seq }) },
  reconnect: {
    decide(failure) {
      if (failure.kind !== 'close') return undefined
      if (failure.code === 4004) return 'refresh'
      return failure.code === 4007 || failure.code === 4009 ? 'drop-cursor' : undefined
    },
  },
  on: {
    MESSAGE_CREATE: ({ params, response }: ChannelMessage, cache) =>
      cache.setQueryData<string[]>(messageKey('messages', params), append(response.content ?? '')),
    READY: () => undefined,
    RESUMED: () => undefined,
  },
})
