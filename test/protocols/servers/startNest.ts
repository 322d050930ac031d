import 'reflect-metadata'
import type { IncomingMessage, Server } from 'node:http'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { WsAdapter } from '@nestjs/platform-ws'
import { SubscribeMessage, WebSocketGateway, WsException } from '@nestjs/websockets'
import { onTestFinished } from 'vitest'
import { type WebSocket } from 'ws'
import { watchConnections } from '../support.tsx'

interface Wanted {
  symbol: string
}

/** A gateway by https://docs.nestjs.com/websockets/adapter#ws-adapter. Its decorators are called: nothing compiles them here. */
export async function startNest() {
  const tokens = new Set(['secret'])
  const prices = new Map<string, number>()
  const wanted = new Map<WebSocket, Set<string>>()
  const event = (symbol: string) => ({ event: 'price', data: { symbol, last: prices.get(symbol) ?? null } })
  class Prices {
    handleConnection(socket: WebSocket, request: IncomingMessage) {
      const token = new URL(request.url!, 'http://localhost').searchParams.get('token')
      if (!tokens.has(token ?? '')) return socket.close(4401)
      wanted.set(socket, new Set())
    }
    handleDisconnect(socket: WebSocket) {
      wanted.delete(socket)
    }
    subscribe(socket: WebSocket, { symbol }: Wanted) {
      if (symbol === '?') throw new WsException('Unknown symbol')
      wanted.get(socket)?.add(symbol)
      return event(symbol)
    }
    unsubscribe(socket: WebSocket, { symbol }: Wanted) {
      wanted.get(socket)?.delete(symbol)
    }
  }
  for (const name of ['subscribe', 'unsubscribe'] as const)
    SubscribeMessage(name)(Prices.prototype, name, Object.getOwnPropertyDescriptor(Prices.prototype, name)!)
  WebSocketGateway()(Prices)
  class App {
    readonly prices = Prices
  }
  Module({ providers: [Prices] })(App)
  const app = await NestFactory.create(App, { logger: false })
  app.useWebSocketAdapter(new WsAdapter(app))
  onTestFinished(() => app.close())
  const connections = watchConnections(app.getHttpServer() as Server)
  await app.listen(0, '127.0.0.1')
  function setPrice(symbol: string, last: number) {
    prices.set(symbol, last)
    for (const [socket, symbols] of wanted)
      if (symbols.has(symbol)) socket.send(JSON.stringify(event(symbol)))
  }
  const held = () => [...wanted.values()].flatMap(symbols => [...symbols])
  const ws = (await app.getUrl()).replace('http', 'ws')
  return { ws, tokens, held, setPrice, ...connections }
}
