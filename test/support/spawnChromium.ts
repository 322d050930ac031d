import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { chromiumArgs } from '../../scripts/chromiumArgs.ts'
import { ensureChromium } from '../../scripts/findChromium.ts'

/** A tab of a Chromium that thinks of itself what is true: behind another tab it is hidden. */
export interface Tab {
  evaluate<Value>(get: () => Value): Promise<Value>
  call<Argument>(run: (argument: Argument) => void, argument: Argument): Promise<void>
  send(method: string, params?: object): Promise<unknown>
  /** Brings it to the front, and so hides the others. */
  activate(): Promise<void>
}

/** A Chromium without Playwright, which tells every page that it is visible and focused. Speaks the DevTools protocol. */
export async function spawnChromium(): Promise<{
  openTab(url: string): Promise<Tab>
  close(): Promise<void>
}> {
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'))
  const args = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, ...chromiumArgs]
  const child = spawn(ensureChromium(), [...args, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const socket = new WebSocket(await readEndpoint(child))
  await once(socket, 'open')
  const send = createSender(socket)

  return {
    async openTab(url) {
      const { targetId } = (await send('Target.createTarget', { url })) as { targetId: string }
      const { sessionId } = (await send('Target.attachToTarget', { targetId, flatten: true })) as {
        sessionId: string
      }
      const evaluate = async (expression: string) => {
        const answer = await send(
          'Runtime.evaluate',
          { expression, returnByValue: true, awaitPromise: true },
          sessionId,
        )
        return (answer as { result: { value?: unknown } }).result.value
      }
      return {
        evaluate: async <Value>(get: () => Value) => (await evaluate(`(${String(get)})()`)) as Value,
        call: async (run, argument) => void (await evaluate(`(${String(run)})(${JSON.stringify(argument)})`)),
        send: (method, params) => send(method, params, sessionId),
        activate: async () => void (await send('Target.activateTarget', { targetId })),
      }
    },
    async close() {
      const gone = once(child, 'exit')
      await send('Browser.close')
      await gone
      // Its helpers may still be writing.
      rmSync(profile, { recursive: true, force: true, maxRetries: 20 })
    },
  }
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

function createSender(socket: WebSocket): Send {
  const pending = new Map<number, (answer: unknown) => void>()
  let id = 0
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(String(data)) as { id?: number; result?: unknown; error?: unknown }
    if (answer.id !== undefined) pending.get(answer.id)?.(answer.result ?? answer.error)
  })
  return (method, params = {}, sessionId) =>
    new Promise(resolve => {
      pending.set(++id, resolve)
      socket.send(JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) }))
    })
}
