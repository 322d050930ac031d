import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Clock, createEmitter, createPlatform, type PlatformEvent } from '../../src/core/platform.ts'
import { FakeClock } from '../support/fakeClock.ts'

afterEach(() => void vi.unstubAllGlobals())

/** A page that counts its listeners. */
function stubPage() {
  const counts = { listeners: 0 }
  const targets = [new EventTarget(), new EventTarget()] as const
  const spy = (target: EventTarget) => ({
    addEventListener: (type: string, listener: EventListener) => {
      counts.listeners++
      target.addEventListener(type, listener)
    },
    removeEventListener: (type: string, listener: EventListener) => {
      counts.listeners--
      target.removeEventListener(type, listener)
    },
  })
  const document = { ...spy(targets[1]), visibilityState: 'visible' }
  const navigator = { onLine: true }
  for (const [name, value] of Object.entries({ ...spy(targets[0]), document, navigator })) {
    vi.stubGlobal(name, value)
  }
  const fire = (target: 0 | 1, type: string) => void targets[target].dispatchEvent(new Event(type))
  return { counts, document, navigator, fire }
}

describe('on a page', () => {
  test('listeners and a timer exist only while someone subscribes', () => {
    const { counts } = stubPage()
    const clock = new FakeClock()
    const environment = createPlatform(clock)
    expect([counts.listeners, clock.pending]).toEqual([0, 0])
    const ends = [environment.subscribe(() => undefined), environment.subscribe(() => undefined)]
    const while2 = counts.listeners
    ends[0]?.()
    expect(counts.listeners).toBe(while2)
    expect(counts.listeners).toBeGreaterThan(0)
    ends[1]?.()
    expect([counts.listeners, clock.pending]).toEqual([0, 0])
    environment.subscribe(() => undefined)()
    expect([counts.listeners, clock.pending]).toEqual([0, 0])
  })

  test('its events are emitted as hints', () => {
    const { document, fire } = stubPage()
    const hints: PlatformEvent[] = []
    createPlatform(new FakeClock()).subscribe(hint => hints.push(hint))
    fire(0, 'offline')
    fire(0, 'online')
    fire(0, 'pagehide')
    fire(0, 'pageshow')
    fire(1, 'freeze')
    fire(1, 'resume')
    document.visibilityState = 'hidden'
    fire(1, 'visibilitychange')
    document.visibilityState = 'visible'
    fire(1, 'visibilitychange')
    expect(hints).toEqual(['offline', 'online', 'frozen', 'thawed', 'frozen', 'thawed', 'hidden', 'visible'])
  })

  test('the current visibility and network state are read on each call', () => {
    const { document, navigator } = stubPage()
    const environment = createPlatform(new FakeClock())
    expect([environment.isHidden(), environment.isOnline()]).toEqual([false, true])
    document.visibilityState = 'hidden'
    navigator.onLine = false
    expect([environment.isHidden(), environment.isOnline()]).toEqual([true, false])
  })
})

test("the platform's state is combined with the page's, and its hints are passed on to subscribers", () => {
  const hints: PlatformEvent[] = []
  const emitter = createEmitter<PlatformEvent>()
  const platform = { isHidden: () => true, isOnline: () => false, subscribe: emitter.subscribe }
  const environment = createPlatform(new FakeClock(), platform)
  expect([environment.isHidden(), environment.isOnline()]).toEqual([true, false])
  const end = environment.subscribe(hint => hints.push(hint))
  emitter.emit('offline')
  end()
  emitter.emit('visible')
  expect([hints, emitter.size]).toEqual([['offline'], 0])
})

test.each([true, false])('the platform alone decides whether a page is hidden: %s', isHidden => {
  const { document } = stubPage()
  document.visibilityState = isHidden ? 'visible' : 'hidden'
  const platform = { isHidden: () => isHidden, isOnline: () => true, subscribe: () => () => undefined }
  expect(createPlatform(new FakeClock(), platform).isHidden()).toBe(isHidden)
})

test('without a page the environment is visible and online, and subscribing throws nothing', () => {
  const environment = createPlatform(new FakeClock())
  expect([environment.isHidden(), environment.isOnline()]).toEqual([false, true])
  environment.subscribe(() => undefined)()
})

describe('wake', () => {
  function setup() {
    const fake = new FakeClock()
    let slept = 0
    const clock: Clock = {
      now: () => fake.now() + slept,
      elapsed: () => fake.elapsed() + slept,
      setTimeout: (callback, delay) => fake.setTimeout(callback, delay),
      clearTimeout: handle => fake.clearTimeout(handle),
    }
    const hints: PlatformEvent[] = []
    createPlatform(clock).subscribe(hint => hints.push(hint))
    return { fake, hints, sleep: (ms: number) => void (slept += ms) }
  }

  test('is emitted once after a sleep', () => {
    const { fake, hints, sleep } = setup()
    sleep(3_600_000)
    fake.advance(60_000)
    expect(hints).toEqual(['wake'])
  })

  test('is not emitted for a timer that is throttled to once a minute', () => {
    const { fake, hints, sleep } = setup()
    for (let minute = 0; minute < 10; minute++) {
      sleep(40_000)
      fake.advance(20_000)
    }
    expect(hints).toEqual([])
  })

  test('is not emitted when the wall clock is set, forward or back', () => {
    const clock = new FakeClock()
    const hints: PlatformEvent[] = []
    createPlatform(clock).subscribe(hint => hints.push(hint))
    clock.setWallClock(3_600_000)
    clock.advance(20_000)
    clock.setWallClock(-7_200_000)
    clock.advance(20_000)
    expect(hints).toEqual([])
  })
})
