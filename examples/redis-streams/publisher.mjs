import { setTimeout as sleep } from 'node:timers/promises'

/** Adds rows, one after the other, each until it is accepted. The server adds a row that it has already only once. */
export function startPublisher(url, rowsPerSecond) {
  let isPaused = false
  let current = Promise.resolve()

  async function post(body) {
    const options = { method: 'POST', body, signal: AbortSignal.timeout(2_000) }
    const isAccepted = await fetch(`${url}/api/rows`, options)
      .then(({ ok }) => ok)
      .catch(() => false)
    if (isAccepted) return
    await sleep(100)
    await post(body)
  }

  async function run() {
    for (let id = 1; !isPaused; id++) {
      current = post(JSON.stringify({ id, at: new Date().toISOString() }))
      await current
      await sleep(1_000 / rowsPerSecond)
    }
  }
  void run()

  return {
    /** Adds no more. Resolves when the last row is accepted. */
    async pause() {
      isPaused = true
      await current
    },
  }
}
