import { WebSocket, WebSocketServer } from 'ws'

const port = Number(process.env.PORT ?? 8080)
const prices = { BTC: 64_000, ETH: 3_200, SOL: 150 }

// `type` and `params` are the query key on the client, `response` is its data.
const priceMessage = symbol => ({ type: 'price', params: { symbol }, response: { last: prices[symbol] } })

// `re` repeats the id of the request, so the client knows which request this is the reply to.
function reply({ type, params, id }) {
  if (type === 'heartbeat') return { type }
  const symbol = params?.symbol
  if (type === 'price' && Object.hasOwn(prices, symbol)) return { ...priceMessage(symbol), re: id }
  return { type, params, error: 'not found', re: id }
}

const server = new WebSocketServer({ port }, () => console.log(`The server listens on port ${port}.`))

server.on('connection', socket => {
  socket.on('error', console.error)
  socket.on('message', data => {
    try {
      socket.send(JSON.stringify(reply(JSON.parse(data.toString()))))
    } catch {
      socket.close(1007, 'The message is not valid.')
    }
  })
})

// A push is the same message without a request. Several messages can share a frame.
setInterval(() => {
  for (const symbol of Object.keys(prices)) prices[symbol] *= 1 + (Math.random() - 0.5) / 500
  const frame = JSON.stringify(Object.keys(prices).map(priceMessage))
  for (const client of server.clients) if (client.readyState === WebSocket.OPEN) client.send(frame)
}, 1_000)
