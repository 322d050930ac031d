import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Part } from './Part.mjs'

const here = name => fileURLToPath(new URL(name, import.meta.url))

const needed = {
  nginx: '/usr/sbin/nginx',
  'libnginx-mod-nchan': '/usr/lib/nginx/modules/ngx_nchan_module.so',
  'redis-server': '/usr/bin/redis-server',
  haproxy: '/usr/sbin/haproxy',
}

/** The Debian packages that this machine lacks. */
export const missingPackages = () => Object.keys(needed).filter(name => !existsSync(needed[name]))

export const defaultSettings = {
  /** How long Nchan keeps messages (s), and how many. */
  rememberedFor: 60,
  buffer: 5_000,
  /** The age of a position from which the app answers 410 (s). `undefined`: once Nchan has dropped what follows it. */
  refusedAfter: /** @type {number | undefined} */ (undefined),
  /** The time between two pings of an event stream, and how long a poll is held (s). */
  ping: 5,
  hold: 25,
  /** What the app sends: rows a second, and the time between two beats (ms). */
  rowsPerSecond: 10,
  beat: 5_000,
  /** The folder of the built page. */
  page: here('dist'),
  /** The port of the balancer. 0: any free one. */
  port: 0,
}

/** Ports that are free. */
export async function findPorts(count) {
  const servers = []
  while (servers.length < count) {
    // Below those that outgoing connections get: one of them may take a port before its process listens.
    const port = 15_000 + Math.floor(Math.random() * 17_000)
    const server = createServer().listen(port, '127.0.0.1')
    const isFree = await new Promise(resolve => {
      server.once('listening', () => resolve(true)).once('error', () => resolve(false))
    })
    if (isFree) servers.push(server)
  }
  const ports = servers.map(server => server.address().port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}

const answers = async url => (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok

/** Sends a command to Redis. Resolves with its reply. */
const askRedis = (port, line) =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${line}\n`))
    socket.setTimeout(2_000, () => socket.destroy(new Error('No reply.')))
    socket.on('error', reject).once('data', data => {
      socket.destroy()
      resolve(String(data))
    })
  })

async function render(file, folder, values) {
  const template = await readFile(here(`config/${file}`), 'utf8')
  const text = template.replace(/@([A-Z_]+)@/g, (_, name) => {
    if (!(name in values)) throw new Error(`${file}: no value for @${name}@`)
    return values[name]
  })
  await mkdir(folder, { recursive: true })
  const path = join(folder, file)
  await writeFile(path, text)
  return path
}

/**
 * Two nodes of nginx with Nchan, Redis, a balancer and the app, on free ports of this machine.
 *
 * @param {string} folder for their files
 * @param {Partial<typeof defaultSettings>} given
 * @param {(line: string) => void} log gets what they print
 */
export async function startCluster(folder, given = {}, log = () => {}) {
  const settings = { ...defaultSettings, ...given }
  const [redisPort, appPort, freePort, ...nodePorts] = await findPorts(9)
  const port = settings.port || freePort
  const url = `http://localhost:${port}`
  const local = each => `127.0.0.1:${each}`

  const redisFile = await render('redis.conf', join(folder, 'redis'), {})
  const redis = new Part('redis', {
    command: [
      'redis-server',
      redisFile,
      '--port',
      redisPort,
      '--bind',
      '127.0.0.1',
      '--dir',
      join(folder, 'redis'),
      '--logfile',
      'redis.log',
    ].map(String),
    isReady: async () => (await askRedis(redisPort, 'PING')).startsWith('+PONG'),
    log,
  })

  async function addNode(name, [listen, publish, link]) {
    const own = join(folder, name)
    const file = await render('nginx.conf', own, {
      USER: userInfo().username,
      FOLDER: own,
      ERROR_LOG: join(own, 'error.log'),
      LISTEN: local(listen),
      ORIGINS: `${url} ${url.replace('localhost', '127.0.0.1')}`,
      PUBLISH: local(publish),
      REDIS: local(redisPort),
      APP: local(appPort),
      PAGE: settings.page,
      REMEMBERED_FOR: `${settings.rememberedFor}s`,
      BUFFER: settings.buffer,
      PING: settings.ping,
      HOLD: settings.hold,
    })
    const isReady = () => answers(`http://${local(listen)}/health`)
    const nginx = new Part(`nginx ${name}`, {
      command: [needed.nginx, '-c', file, '-e', join(own, 'error.log')],
      isReady,
      log,
    })
    const wire = new Part(`link ${name}`, {
      command: [process.execPath, here('link.mjs'), String(link), String(listen)],
      isReady: () => answers(`http://${local(link)}/health`),
      log,
    })
    return {
      nginx,
      link: wire,
      address: local(link),
      url: `http://${local(listen)}`,
      publisher: `http://${local(publish)}`,
      errorLog: join(own, 'error.log'),
    }
  }
  const a = await addNode('a', nodePorts.slice(0, 3))
  const b = await addNode('b', nodePorts.slice(3))

  const app = new Part('app', {
    command: [process.execPath, here('app.mjs')],
    env: {
      PORT: String(appPort),
      PUBLISHERS: `${a.publisher} ${b.publisher}`,
      REMEMBERED_FOR: String(settings.refusedAfter ?? settings.rememberedFor),
      ROWS_PER_SECOND: String(settings.rowsPerSecond),
      BEAT: String(settings.beat),
    },
    isReady: () => answers(`http://${local(appPort)}/api/origin`),
    log,
  })

  const balancerFile = await render('haproxy.cfg', join(folder, 'balancer'), {
    LISTEN: local(port),
    A: a.address,
    B: b.address,
  })
  const balancer = new Part('haproxy', {
    command: [needed.haproxy, '-f', balancerFile],
    isReady: () => answers(`http://${local(port)}/health`),
    log,
  })

  const parts = [redis, a.nginx, b.nginx, a.link, b.link, app, balancer]
  const stop = () => Promise.all(parts.map(part => part.end()))
  try {
    await redis.start()
    await Promise.all(parts.filter(part => part !== redis).map(part => part.start()))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url,
    /** The app itself, past balancer and nodes. */
    origin: `http://${local(appPort)}`,
    nodes: { a, b },
    redis,
    balancer,
    app,
    /** @param {string} line a command of Redis */
    askRedis: line => askRedis(redisPort, line),
    stop,
  }
}
