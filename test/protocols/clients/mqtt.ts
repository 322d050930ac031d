import mqtt from 'mqtt'
import { sourceOptions } from 'react-query-realtime'

/** A subscription is a topic without wildcards: its `type` is `topic`. */
export const broker = (url: string) =>
  sourceOptions({
    id: url,
    connect: link => {
      // The library reconnects, with a token of its own choice.
      const client = mqtt.connect(url, {
        username: 'app',
        password: link.token ?? '',
        reconnectPeriod: 0,
        // Its timers in a worker need a page.
        timerVariant: 'native',
      })
      client.on('connect', () => link.ready())
      client.on('error', error => link.fail('code' in error && error.code === 4 ? 4401 : 1006))
      client.on('close', () => link.fail(1006))
      client.on('message', (topic, payload) =>
        link.receive({
          type: 'topic',
          params: { topic },
          response: JSON.parse(payload.toString()) as unknown,
        }),
      )
      return {
        send({ kind, params, id }) {
          const { topic, value } = params as { topic: string; value?: unknown }
          if (kind === 'unsubscribe') client.unsubscribe(topic)
          else if (kind === 'subscribe')
            client.subscribe(topic, { qos: 1 }, error => {
              if (error) link.receive({ re: id, error: error.message })
            })
          else client.publish(topic, JSON.stringify(value), { qos: 1 })
        },
        close: () => client.end(true),
      }
    },
  })
