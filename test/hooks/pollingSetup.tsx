import { focusManager, onlineManager, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render } from '@testing-library/react'
import { type ReactNode, StrictMode } from 'react'
import { RealtimeProvider, type RealtimeOptions } from 'react-query-realtime'
import { onTestFinished, vi } from 'vitest'

/** Renders under both providers with a fresh cache. */
export function renderLive(ui: ReactNode, options: RealtimeOptions & { strict?: boolean } = {}) {
  const { strict = false, ...props } = options
  const queryClient = new QueryClient()
  const Mode = strict ? StrictMode : 'div'
  const tree = (children: ReactNode) => (
    <Mode>
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider {...props}>{children}</RealtimeProvider>
      </QueryClientProvider>
    </Mode>
  )
  const view = render(tree(ui))
  return { queryClient, ...view, rerender: (children: ReactNode) => view.rerender(tree(children)) }
}

/** Fake time and no jitter, until the test is over. */
export function useFakeTime() {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0)
  onTestFinished(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
}

/** Lets fake time pass (ms), and React follow. */
export const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))

/** Hides or shows the page, as a browser does. */
export function setVisible(isVisible: boolean) {
  const state = vi.spyOn(document, 'visibilityState', 'get')
  state.mockReturnValue(isVisible ? 'visible' : 'hidden')
  onTestFinished(() => state.mockRestore())
  act(() => void document.dispatchEvent(new Event('visibilitychange', { bubbles: true })))
}

/** Takes the network away or restores it, as the browser reports it. */
export function setOnline(isOnline: boolean) {
  const state = vi.spyOn(navigator, 'onLine', 'get')
  state.mockReturnValue(isOnline)
  onTestFinished(() => {
    state.mockRestore()
    onlineManager.setOnline(true)
    focusManager.setFocused(undefined)
  })
  act(() => void window.dispatchEvent(new Event(isOnline ? 'online' : 'offline')))
}
