import { createServer, type Server } from 'node:http'
import { WebSocketServer } from 'ws'

interface Post {
  id: number
  text: string
}

/** Ten posts in pages of three, the newest first. `onReady` gets the functions that change them. */
export function createPostsServer(
  onReady: (change: { put(post: Post): void; remove(id: number): void }) => void,
): Server {
  const posts = new Map(Array.from({ length: 10 }, (_, index) => [index + 1, `post ${index + 1}`]))
  const server = createServer((request, response) => {
    const before =
      Number(new URL(request.url ?? '/', 'http://localhost').searchParams.get('before')) || Infinity
    const rows = [...posts].map(([id, text]) => ({ id, text }))
    const older = rows.filter(({ id }) => id < before).sort((a, b) => b.id - a.id)
    response.end(JSON.stringify(older.slice(0, 3)))
  })
  const sockets = new WebSocketServer({ server })
  function push(type: string, response: unknown) {
    for (const socket of sockets.clients) socket.send(JSON.stringify({ type, response }))
  }
  onReady({
    put(post) {
      const type = posts.has(post.id) ? 'post.changed' : 'post.created'
      posts.set(post.id, post.text)
      push(type, post)
    },
    remove(id) {
      posts.delete(id)
      push('post.removed', id)
    },
  })
  return server
}
