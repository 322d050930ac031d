import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { WebSocket } from 'ws'

/** A tab of a Firefox. */
export interface FirefoxTab {
  /** Runs a function in the page with plain data, and returns its result. */
  call<Argument, Value>(run: (argument: Argument) => Value, argument: Argument): Promise<Awaited<Value>>
  close(): Promise<void>
}

/** A running Firefox. */
export interface SpawnedFirefox {
  openTab(url: string): Promise<FirefoxTab>
  close(): Promise<void>
}

/** Without these, a new profile makes requests of its own, from a machine that may have no network. */
const prefs = {
  'services.settings.server': 'data:,#remote-settings/v1',
  'app.normandy.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
}

/** The Firefox of this machine: `FIREFOX_PATH`, or the first in the path. */
export function findFirefox(): string | undefined {
  const { FIREFOX_PATH, PATH = '' } = process.env
  const folders = PATH.split(delimiter)
  const found = folders.flatMap(folder => ['firefox-esr', 'firefox'].map(name => join(folder, name)))
  return FIREFOX_PATH ?? found.find(path => existsSync(path))
}

/** A Firefox without a window, driven by WebDriver BiDi, which it speaks itself. */
export async function spawnFirefox(path: string): Promise<SpawnedFirefox> {
  const profile = mkdtempSync(join(tmpdir(), 'firefox-'))
  const lines = Object.entries(prefs).map(
    entry => `user_pref(${entry.map(each => JSON.stringify(each)).join()})`,
  )
  writeFileSync(join(profile, 'user.js'), `${lines.join(';\n')};\n`)
  const child = spawn(
    path,
    ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port=0'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  const socket = new WebSocket(`${await readEndpoint(child)}/session`)
  await once(socket, 'open')
  const send = createSender(socket)
  await send('session.new', { capabilities: {} })
  return {
    async openTab(url) {
      const { context } = (await send('browsingContext.create', { type: 'tab' })) as { context: string }
      await send('browsingContext.navigate', { context, url, wait: 'complete' })
      return {
        async call(run, argument) {
          // As text, because BiDi has a notation of its own for values.
          const expression = `Promise.resolve((${String(run)})(${JSON.stringify(argument)})).then(JSON.stringify)`
          const evaluate = { expression, target: { context }, awaitPromise: true }
          const { result, exceptionDetails } = (await send('script.evaluate', evaluate)) as Evaluated
          if (exceptionDetails) throw new Error(exceptionDetails.text)
          return (result?.value === undefined ? undefined : JSON.parse(result.value)) as never
        },
        close: async () => void (await send('browsingContext.close', { context })),
      }
    },
    async close() {
      const gone = once(child, 'exit')
      child.kill()
      await gone
      // Its helper processes may still be writing.
      rmSync(profile, { recursive: true, force: true, maxRetries: 20 })
    },
  }
}

interface Evaluated {
  result?: { value?: string }
  exceptionDetails?: { text: string }
}

async function readEndpoint({ stderr }: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of stderr as AsyncIterable<Buffer>) {
    text += String(chunk)
    const endpoint = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(text)?.[1]
    if (endpoint !== undefined) return endpoint
  }
  throw new Error(`Firefox did not start: ${text}`)
}

interface Answer {
  id: number | null
  result?: unknown
  error?: string
  message?: string
}

function createSender(socket: WebSocket): (method: string, params: object) => Promise<unknown> {
  const pending = new Map<number, (answer: Answer) => void>()
  let id = 0
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(String(data)) as Answer
    if (answer.id === null) return
    pending.get(answer.id)?.(answer)
    pending.delete(answer.id)
  })
  return (method, params) =>
    new Promise((resolve, reject) => {
      pending.set(++id, ({ result, error, message }) => {
        if (error === undefined) resolve(result)
        else reject(new Error(`${method}: ${message ?? error}`))
      })
      socket.send(JSON.stringify({ id, method, params }))
    })
}
