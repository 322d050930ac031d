import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createInbox } from './harness.ts'

const fileOf = (name: string) => fileURLToPath(new URL(`../../../stories/server/${name}`, import.meta.url))

function run(args: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines = createInbox<string>()
  child.stdout.setEncoding('utf8').on('data', lines.put)
  child.stderr.setEncoding('utf8').on('data', lines.put)
  return { child, lines, exit: once(child, 'exit').then(([code]) => code as number | null) }
}

describe('npm run demo-server', () => {
  it('prints its URL, serves requests there, and exits on SIGTERM', async () => {
    const { child, lines, exit } = run([fileOf('main.ts')])
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(await lines.take()) ?? []
    expect((await fetch(`${url}/poll`)).status).toBe(200)
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
  })

  it('explains an invalid port', async () => {
    const { lines, exit } = run([fileOf('main.ts'), '--port', 'http'])
    expect(await lines.take()).toContain('--port must be a number')
    expect(await exit).toBe(1)
  })
})

describe('close', () => {
  it('leaves nothing that keeps the process alive', async () => {
    const script = `
      import { WebSocket } from 'ws'
      import { startDemoServer } from ${JSON.stringify(fileOf('startDemoServer.ts'))}
      const { url, close } = await startDemoServer({ port: 0 })
      const post = (path, body) => fetch(url + path, { method: 'POST', body: JSON.stringify(body) }).then(r => r.json())
      const { token } = await post('/token', { user: 'a', ttl: 60000 })
      const ws = new WebSocket(url.replace('http', 'ws') + '/socket?auth=required&token=' + token)
      ws.on('error', () => {})
      const waiting = new WebSocket(url.replace('http', 'ws') + '/socket?auth=required')
      waiting.on('error', () => {})
      await Promise.all([ws, waiting].map(s => new Promise(resolve => s.on('open', resolve))))
      ws.send(JSON.stringify({ type: 'slow', params: { ms: 60000 } }))
      const stream = await fetch(url + '/events?auth=required&token=' + token)
      const first = await fetch(url + '/long-poll')
      await first.text()
      const headers = { 'If-None-Match': first.headers.get('etag'), 'If-Modified-Since': first.headers.get('last-modified') }
      await post('/feed', { rate: 0 })
      const held = fetch(url + '/long-poll?hold=25000', { headers }).catch(() => {})
      await new Promise(resolve => setTimeout(resolve, 50))
      await post('/feed', { rate: 100 })
      await post('/faults', { fault: 'delay', ms: 60000 })
      await post('/faults', { fault: 'freeze', ms: 60000, client: 'x' })
      const frozen = new WebSocket(url.replace('http', 'ws') + '/socket?client=x')
      frozen.on('error', () => {})
      await new Promise(resolve => setTimeout(resolve, 50))
      await close()
      stream.body.cancel().catch(() => {})
      await held
      console.log('closed')
    `
    const { lines, exit } = run(['--input-type=module', '--eval', script])
    expect((await lines.take()).trim()).toBe('closed')
    expect(await exit).toBe(0)
  }, 20_000)
})
