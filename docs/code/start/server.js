import { WebSocketServer } from 'ws'

const server = new WebSocketServer({ port: process.env.PORT ?? 8080 })
const prices = { BTC: 60_000, ETH: 3_000 }

const messageOf = symbol => ({ type: 'price', params: { symbol }, response: { last: prices[symbol] } })

// Reply with the same type and params as the request. `re` is the id of the request.
server.on('connection', socket => {
  socket.on('message', data => {
    const { params, id } = JSON.parse(data)
    socket.send(JSON.stringify({ ...messageOf(params.symbol), re: id }))
  })
})

// Push each new price to everyone.
setInterval(() => {
  for (const symbol in prices) {
    prices[symbol] *= 1 + (Math.random() - 0.5) / 1_000
    for (const socket of server.clients) socket.send(JSON.stringify(messageOf(symbol)))
  }
}, 1_000)
