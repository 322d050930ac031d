import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process of the cluster, with everything that it starts. */
export class Part {
  #command
  #isReady
  #log
  #process

  /**
   * @param {string} name
   * @param {{ command: string[], isReady: () => Promise<boolean>, log: (line: string) => void, env?: object }} options
   */
  constructor(name, { command, isReady, log, env }) {
    this.name = name
    this.#command = command
    this.#isReady = isReady
    this.#log = log
    this.env = env
  }

  get isRunning() {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null
  }

  /** Resolves once it works. */
  async start() {
    // A group of its own, so that signals reach its workers, too. It ends if this process does.
    const args = ['--pdeathsig', 'TERM', ...this.#command]
    const started = spawn('setpriv', args, { detached: true, env: { ...process.env, ...this.env } })
    this.#process = started
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', data =>
        String(data)
          .trimEnd()
          .split('\n')
          .forEach(line => this.#log(`${this.name}: ${line}`)),
      )
    }
    await this.ready()
  }

  async ready() {
    for (let tries = 0; tries < 200; tries++) {
      if (!this.isRunning) throw new Error(`${this.name} has ended: ${this.#command.join(' ')}`)
      if (await this.#isReady().catch(() => false)) return
      await sleep(50)
    }
    throw new Error(`${this.name} does not work after 10 s: ${this.#command.join(' ')}`)
  }

  /**
   * Ends it as a signal does. Resolves once it has ended.
   *
   * @param {NodeJS.Signals} signal
   */
  async end(signal = 'SIGTERM') {
    if (!this.isRunning) return
    const ended = once(this.#process, 'exit')
    // nginx ends its workers itself, unless it is killed. A stopped process gets no other signal.
    if (signal === 'SIGKILL') this.signal('SIGKILL')
    else process.kill(this.#process.pid, signal)
    this.signal('SIGCONT')
    await ended
  }

  /**
   * Sends a signal to it and its workers.
   *
   * @param {NodeJS.Signals} signal
   */
  signal(signal) {
    try {
      process.kill(-this.#process.pid, signal)
    } catch (error) {
      if (error.code !== 'ESRCH') throw error
    }
  }

  /**
   * Sends a signal to its first process only.
   *
   * @param {NodeJS.Signals} signal
   */
  tell(signal) {
    process.kill(this.#process.pid, signal)
  }
}
