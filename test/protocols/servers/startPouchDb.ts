import { createServer } from 'node:http'
import { devNull } from 'node:os'
// @ts-expect-error It has no types.
import expressPouchDb from 'express-pouchdb'
// @ts-expect-error It has no types.
import memory from 'pouchdb-adapter-memory'
// @ts-expect-error It has no types.
import PouchDb from 'pouchdb-core'
import { onTestFinished } from 'vitest'
import { startServer } from '../support.tsx'

// Once: it registers plugins with the class.
const Database = PouchDb.plugin(memory).defaults({ adapter: 'memory' })
const app = expressPouchDb(Database, { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath: devNull })
let count = 0

/** A database for readers with a token. https://docs.couchdb.org/en/stable/api/database/changes.html */
export async function startPouchDb() {
  const tokens = new Set(['secret'])
  /** The feeds that are open now. */
  const feeds = new Set<object>()
  const server = createServer((request, response) => {
    const token = request.headers.authorization?.slice('Bearer '.length) ?? ''
    if (!tokens.has(token)) return void response.writeHead(401).end('{"error":"unauthorized"}')
    feeds.add(response)
    response.on('close', () => feeds.delete(response))
    app(request, response)
  })
  const database = new Database(`stock${++count}`)
  onTestFinished(() => database.close())
  const revisions = new Map<string, string>()
  async function put(id: string, amount: number) {
    const { rev } = await database.put({ _id: id, _rev: revisions.get(id), count: amount })
    revisions.set(id, rev)
  }
  return { ...(await startServer(server)), tokens, feeds, put, path: `/stock${count}` }
}
