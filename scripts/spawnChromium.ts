import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { chromiumArgs } from './chromiumArgs.ts'
import { ensureChromium } from './findChromium.ts'

/** A tab whose visibility and focus are real: behind another tab it is hidden. */
export interface Tab {
  /** Runs a function in the page, and returns its result or what its promise resolves with. */
  evaluate<Value>(get: () => Value): Promise<Awaited<Value>>
  /** As `evaluate`, with an argument of plain data. */
  call<Argument, Value>(run: (argument: Argument) => Value, argument: Argument): Promise<Awaited<Value>>
  /** Sends a command of the DevTools protocol. */
  send(method: string, params?: object): Promise<unknown>
  /** Brings it to the front, which hides the others. */
  activate(): Promise<void>
  close(): Promise<void>
}

/** A window with a profile of its own: its tabs share workers with each other, and with no other window. */
export interface ChromiumWindow {
  /** Opens a tab in front of the others. */
  openTab(url: string): Promise<Tab>
  close(): Promise<void>
}

/** A running Chromium. */
export interface SpawnedChromium {
  version: string
  openTab(url: string): Promise<Tab>
  openWindow(): Promise<ChromiumWindow>
  /** Seconds on the processor of the processes of all pages, with all their threads and workers. */
  rendererSeconds(): Promise<number>
  close(): Promise<void>
}

/**
 * A Chromium without Playwright, which would tell every page that it is visible and focused, and make
 * Chromium report every WebSocket frame. Uses the DevTools protocol.
 */
export async function spawnChromium(moreArgs: readonly string[] = []): Promise<SpawnedChromium> {
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'))
  const args = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, ...chromiumArgs]
  const child = spawn(ensureChromium(), [...args, ...moreArgs, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const socket = new WebSocket(await readEndpoint(child))
  await once(socket, 'open')
  const send = createSender(socket)
  const { product } = (await send('Browser.getVersion')) as { product: string }

  async function openTab(target: { url: string; browserContextId?: string; newWindow?: boolean }) {
    const { targetId } = (await send('Target.createTarget', target)) as { targetId: string }
    const attached = await send('Target.attachToTarget', { targetId, flatten: true })
    const { sessionId } = attached as { sessionId: string }
    const sendToTab: Tab['send'] = (method, params) => send(method, params, sessionId)
    const tab: Tab = {
      evaluate: async get => (await evaluate(sendToTab, `(${String(get)})()`)) as never,
      call: async (run, argument) =>
        (await evaluate(sendToTab, `(${String(run)})(${JSON.stringify(argument)})`)) as never,
      send: sendToTab,
      activate: async () => void (await send('Target.activateTarget', { targetId })),
      close: async () => void (await send('Target.closeTarget', { targetId })),
    }
    return tab
  }

  return {
    version: product.split('/').at(-1) ?? product,
    openTab: url => openTab({ url }),
    async openWindow() {
      const context = await send('Target.createBrowserContext')
      const { browserContextId } = context as { browserContextId: string }
      let newWindow = true
      return {
        async openTab(url) {
          const tab = await openTab({ url, browserContextId, newWindow })
          newWindow = false
          return tab
        },
        close: async () => void (await send('Target.disposeBrowserContext', { browserContextId })),
      }
    },
    async rendererSeconds() {
      const { processInfo } = (await send('SystemInfo.getProcessInfo')) as {
        processInfo: { type: string; cpuTime: number }[]
      }
      const renderers = processInfo.filter(({ type }) => type === 'renderer')
      return renderers.reduce((sum, { cpuTime }) => sum + cpuTime, 0)
    },
    async close() {
      const gone = once(child, 'exit')
      // It may exit before it responds.
      await send('Browser.close').catch(() => undefined)
      await gone
      // Its helper processes may still be writing.
      rmSync(profile, { recursive: true, force: true, maxRetries: 20 })
    },
  }
}

/** Returns the value of an expression in a page; throws what it throws there. */
async function evaluate(send: Tab['send'], expression: string): Promise<unknown> {
  const options = { expression, returnByValue: true, awaitPromise: true }
  const { result, exceptionDetails } = (await send('Runtime.evaluate', options)) as {
    result: { value?: unknown; description?: string }
    exceptionDetails?: { text: string }
  }
  if (exceptionDetails) throw new Error(result.description ?? exceptionDetails.text)
  return result.value
}

async function readEndpoint({ stderr }: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of stderr as AsyncIterable<Buffer>) {
    text += String(chunk)
    const endpoint = /ws:\/\/\S+/.exec(text)?.[0]
    if (endpoint !== undefined) return endpoint
  }
  throw new Error(`Chromium did not start: ${text}`)
}

type Send = (method: string, params?: object, sessionId?: string) => Promise<unknown>

interface Answer {
  id?: number
  result?: unknown
  error?: { message: string }
}

function createSender(socket: WebSocket): Send {
  const pending = new Map<number, (answer: Answer) => void>()
  let id = 0
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(String(data)) as Answer
    if (answer.id === undefined) return
    pending.get(answer.id)?.(answer)
    pending.delete(answer.id)
  })
  socket.on('close', () => {
    for (const answer of pending.values()) answer({ error: { message: 'Chromium has gone.' } })
    pending.clear()
  })
  return (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      pending.set(++id, ({ result, error }) => {
        if (error) reject(new Error(`${method}: ${error.message}`))
        else resolve(result)
      })
      socket.send(JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) }))
    })
}
