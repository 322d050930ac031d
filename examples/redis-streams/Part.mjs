import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process of the cluster. */
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
    this.env = env
    this.#command = command
    this.#isReady = isReady
    this.#log = log
  }

  get pid() {
    return this.#process?.pid
  }

  get isRunning() {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null
  }

  /** Resolves once it works. */
  async start() {
    // It ends if this process does.
    const args = ['--pdeathsig', 'TERM', ...this.#command]
    this.#process = spawn('setpriv', args, { env: { ...process.env, ...this.env } })
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream.on('data', data => this.#log(`${this.name}: ${String(data).trimEnd()}`))
    for (let tries = 0; tries < 200; tries++) {
      if (!this.isRunning) throw new Error(`${this.name} has ended: ${this.#command.join(' ')}`)
      if (await this.#isReady().catch(() => false)) return
      await sleep(50)
    }
    throw new Error(`${this.name} does not work after 10 s: ${this.#command.join(' ')}`)
  }

  /**
   * Resolves once it has ended.
   *
   * @param {NodeJS.Signals} signal
   */
  async end(signal = 'SIGTERM') {
    if (!this.isRunning) return
    const ended = once(this.#process, 'exit')
    this.#process.kill(signal)
    // A frozen process gets no other signal.
    this.#process.kill('SIGCONT')
    await ended
  }

  /** @param {NodeJS.Signals} signal */
  signal(signal) {
    this.#process.kill(signal)
  }

  /** Resolves when it ends for whatever reason. */
  async ended() {
    if (this.isRunning) await once(this.#process, 'exit')
  }
}
