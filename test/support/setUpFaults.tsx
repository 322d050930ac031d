import { act } from '@testing-library/react'
import type { RealtimeOptions } from 'react-query-realtime'
import { onTestFinished } from 'vitest'
import { type FaultProxy, startFaultProxy } from './faultProxy/startFaultProxy.ts'
import { setUpRealtime } from './setUpRealtime.tsx'

/** As `setUpRealtime`, but the page reaches the demo server through its own fault proxy. */
export function setUpFaults() {
  const open = setUpRealtime()
  return async (options: RealtimeOptions = {}) => {
    const proxies: FaultProxy[] = []
    const page = await open(options, async url => {
      const proxy = await startFaultProxy(url)
      onTestFinished(() => proxy.close())
      proxies.push(proxy)
      return proxy.url
    })
    return { ...page, proxy: proxies[0]! }
  }
}

/** Lets time pass in which nothing should happen. */
export const pass = (ms: number) => act(() => new Promise(resolve => setTimeout(resolve, ms)))
