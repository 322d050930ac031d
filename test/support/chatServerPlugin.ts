import type { Plugin } from 'vite'
import { createChatServer } from '../../docs/code/streamsThatEndServer.ts'

const PATHS = ['/chat/completions', '/generate']

/** Serves the chat server of the guide "Streams that end", and at `/chat/aborts` how many responses its clients gave up. */
export function chatServerPlugin(): Plugin {
  return {
    name: 'chat-server',
    configureServer({ middlewares }) {
      const chat = createChatServer(30)
      let aborts = 0
      middlewares.use((request, response, next) => {
        if (request.url === '/chat/aborts') return void response.end(String(aborts))
        if (!PATHS.includes(request.url ?? '')) return next()
        response.on('close', () => {
          if (!response.writableFinished) aborts++
        })
        chat.emit('request', request, response)
      })
    },
  }
}
