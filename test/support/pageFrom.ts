import { onTestFinished } from 'vitest'

/** Makes `location` that of a page which the server has served. */
export function pageFrom(url: string): void {
  const { jsdom } = globalThis as unknown as { jsdom: { reconfigure(settings: { url: string }): void } }
  const before = location.href
  jsdom.reconfigure({ url })
  onTestFinished(() => jsdom.reconfigure({ url: before }))
}
