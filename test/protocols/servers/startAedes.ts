import { createServer } from 'node:http'
import { Aedes } from 'aedes'
import { createWebSocketStream, WebSocketServer } from 'ws'
import { onTestFinished } from 'vitest'
import { startServer } from '../support.tsx'

/** The MQTT broker of https://github.com/moscajs/aedes over WebSocket. */
export async function startAedes() {
  const tokens = new Set(['secret'])
  const broker = await Aedes.createBroker({
    authenticate: (_client, _user, password, done) => {
      const isValid = tokens.has(String(password))
      done(isValid ? null : Object.assign(new Error('Bad user name or password'), { returnCode: 4 }), isValid)
    },
    authorizeSubscribe: (_client, subscription, done) =>
      // `null` refuses it.
      done(null, subscription.topic.startsWith('secret/') ? null : subscription),
  })
  onTestFinished(() => void broker.close())
  const topics: string[] = []
  broker.on('subscribe', subscriptions => topics.push(...subscriptions.map(({ topic }) => topic)))
  broker.on('unsubscribe', gone => {
    for (const topic of gone) topics.splice(topics.indexOf(topic), 1)
  })
  const server = createServer()
  new WebSocketServer({ server, handleProtocols: () => 'mqtt' }).on('connection', (socket, request) =>
    broker.handle(
      createWebSocketStream(socket).on('error', () => undefined),
      request,
    ),
  )
  const publish = (topic: string, value: number) =>
    new Promise<void>((resolve, reject) =>
      broker.publish(
        { cmd: 'publish', topic, payload: JSON.stringify(value), qos: 1, retain: true, dup: false },
        error => (error ? reject(error) : resolve()),
      ),
    )
  return { ...(await startServer(server)), tokens, topics, publish }
}
