import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { startFaultProxy } from '../../support/faultProxy/startFaultProxy.ts'
import { startServer, until } from '../support.tsx'

const MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so'

/** Debian's packages: nginx and libnginx-mod-nchan. */
export const hasNchan = existsSync(MODULE) && existsSync('/usr/sbin/nginx')

/** nginx with the subscribers of https://nchan.io/#subscriber-endpoints, behind a proxy that drops connections. */
const configure = (port: number, application: string, directory: string, keptFor: number) => `
load_module ${MODULE};
user ${userInfo().username};
daemon off;
worker_processes 1;
pid ${directory}/pid;
error_log ${directory}/error.log;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${directory}/${name};`).join('\n  ')}
  nchan_message_buffer_length 100;
  nchan_message_timeout ${keptFor}s;
  server {
    listen 127.0.0.1:${port};
    nchan_channel_id $1;
    nchan_subscriber_first_message newest; # -1 ends in an assertion of Nchan 1.3.6
    location ~ ^/publish/(\\w+)$ { nchan_publisher http; }
    location ~ ^/events/(\\w+)$ { nchan_subscriber eventsource; nchan_authorize_request /auth; }
    location ~ ^/poll/(\\w+)$ {
      nchan_subscriber longpoll;
      nchan_authorize_request /auth;
      nchan_longpoll_multipart_response raw;
      nchan_subscriber_timeout 25;
    }
    location ~ ^/socket/(\\w+)$ { nchan_subscriber websocket; nchan_authorize_request /auth; }
    location ~ ^/heartbeat/(\\w+)$ {
      nchan_pubsub websocket;
      nchan_publisher_channel_id trash;
      nchan_message_buffer_length 1;
      nchan_subscriber_channel_id $1;
      nchan_websocket_client_heartbeat '{"type":"heartbeat"}' '{"type":"heartbeat"}';
    }
    location ~ ^/next/(\\w+)$ { nchan_subscriber http; nchan_subscriber_first_message oldest; nchan_authorize_request /auth; }
    location = /auth { internal; proxy_pass ${application}; proxy_set_header X-Original-URI $request_uri; }
  }
}`

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

/** @param keptFor how long messages are kept (s) */
export async function startNchan({ keptFor = 60 } = {}) {
  const tokens = new Set(['secret'])
  const application = await startServer(
    createServer(({ headers }, response) => {
      const inQuery = /[?&]token=([^&]*)/.exec(String(headers['x-original-uri']))?.[1]
      const token = inQuery ?? headers.authorization?.slice('Bearer '.length) ?? ''
      response.writeHead(tokens.has(token) ? 200 : 401).end()
    }),
  )
  const directory = await mkdtemp(join(tmpdir(), 'nchan-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  await writeFile(join(directory, 'nginx.conf'), configure(port, application.http, directory, keptFor))
  const nginx = spawn('/usr/sbin/nginx', [
    '-c',
    join(directory, 'nginx.conf'),
    '-e',
    join(directory, 'error.log'),
  ])
  const proxy = await startFaultProxy(url)
  onTestFinished(async () => {
    await proxy.close()
    const gone = once(nginx, 'exit')
    nginx.kill()
    await gone
    await rm(directory, { recursive: true })
  })
  async function publish(channel: string, response: number) {
    const body = JSON.stringify({ type: 'row', params: { channel }, response })
    const { status } = await fetch(`${url}/publish/${channel}`, { method: 'POST', body })
    if (status > 202) throw new Error(`Status ${status}`)
  }
  /** How many subscribers a channel has. */
  async function subscribers(channel: string): Promise<number> {
    const response = await fetch(`${url}/publish/${channel}`, { headers: { Accept: 'application/json' } })
    return response.ok ? ((await response.json()) as { subscribers: number }).subscribers : 0
  }
  await until(() => subscribers('any'))
  const drop = () => proxy.strike({ do: 'reset' })
  /** No client gets through until the returned function is called. */
  async function cutOff() {
    await proxy.refuse()
    drop()
    return () => proxy.accept()
  }
  /** From now on nothing passes, and nothing ends. */
  const silence = () => proxy.strike({ do: 'half-open' })
  return { url: proxy.url, drop, cutOff, silence, tokens, publish, subscribers }
}
