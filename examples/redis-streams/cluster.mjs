import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Part } from './Part.mjs'

const here = name => fileURLToPath(new URL(name, import.meta.url))

const needed = { 'redis-server': '/usr/bin/redis-server', haproxy: '/usr/sbin/haproxy' }

/** The Debian packages that this machine lacks. */
export const missingPackages = () => Object.keys(needed).filter(name => !existsSync(needed[name]))

export const defaultSettings = {
  /** How many messages the log keeps. */
  keep: 5_000,
  /** How long a poll is held, and the time between two comments of a quiet event stream (ms). */
  hold: 20_000,
  ping: 5_000,
  /** The port of the balancer. 0: any free one. */
  port: 0,
  /** Whether Redis keeps its data on disk. */
  isDurable: true,
  server: here('server.mjs'),
}

async function findPorts(count) {
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

/** Sends one command to Redis. Resolves with the beginning of the reply. */
const command = (port, line) =>
  new Promise((resolve, reject) => {
    const socket = connect(port, () => socket.write(`${line}\n`))
    socket.setTimeout(2_000, () => socket.destroy(new Error('No reply.')))
    socket.on('error', reject).once('data', data => {
      socket.destroy()
      resolve(String(data))
    })
  })

/**
 * Redis, two instances of the server and a balancer, on free ports of this machine.
 *
 * @param {string} folder for their files
 * @param {Partial<typeof defaultSettings>} given
 * @param {(line: string) => void} log gets what they print
 */
export async function startCluster(folder, given = {}, log = () => {}) {
  const settings = { ...defaultSettings, ...given }
  const [redisPort, portA, portB, freePort] = await findPorts(4)
  const port = settings.port || freePort
  await mkdir(folder, { recursive: true })

  const durable = settings.isDurable
    ? ['--appendonly', 'yes', '--appendfsync', 'always']
    : ['--appendonly', 'no']
  const options = ['--port', redisPort, '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...durable]
  const redis = new Part('redis', {
    command: [needed['redis-server'], ...options.map(String), '--logfile', 'redis.log'],
    isReady: async () => (await command(redisPort, 'PING')).startsWith('+PONG'),
    log,
  })

  const addInstance = (name, own) =>
    new Part(`instance ${name}`, {
      command: [process.execPath, settings.server],
      env: {
        PORT: String(own),
        REDIS: `redis://127.0.0.1:${redisPort}`,
        KEEP: String(settings.keep),
        HOLD: String(settings.hold),
        PING: String(settings.ping),
      },
      isReady: () => answers(`http://127.0.0.1:${own}/api/health`),
      log,
    })
  const [a, b] = [addInstance('a', portA), addInstance('b', portB)]

  const balancer = new Part('haproxy', {
    command: [needed.haproxy, '-f', here('haproxy.cfg')],
    env: { PORT: String(port), PORT_A: String(portA), PORT_B: String(portB) },
    isReady: () => answers(`http://127.0.0.1:${port}/api/health`),
    log,
  })

  const parts = [redis, a, b, balancer]
  const stop = () => Promise.all(parts.map(part => part.end()))
  try {
    for (const part of parts) await part.start()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url: `http://127.0.0.1:${port}`,
    /** The instances themselves, past the balancer. */
    urls: [`http://127.0.0.1:${portA}`, `http://127.0.0.1:${portB}`],
    parts,
    instances: { a, b },
    redis,
    redisPort,
    balancer,
    /** @param {string} line a command of Redis */
    askRedis: line => command(redisPort, line),
    stop,
  }
}
