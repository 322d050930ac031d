import { setTimeout as sleep } from 'node:timers/promises'
import { describe, type ExpectStatic, test } from 'vitest'
import type { FaultLine, FaultTest, Outcome, RunningEngine, UseTransport } from './Engine.ts'
import { watchClients } from './watchClients.tsx'

declare module 'vitest' {
  interface TaskMeta {
    faultLine?: FaultLine
    /** Tests that did not run, for lack of programs. */
    skippedTests?: number
  }
}

/** How long a client may take to match the publisher once traffic has settled (ms). */
const PATIENCE = 45_000

interface EngineTests<Engine extends RunningEngine> {
  /** What it needs and this machine lacks. Its tests are then skipped. */
  missing?: readonly string[]
  transports: Readonly<Record<string, UseTransport>>
  faults: readonly FaultTest<Engine>[]
  /** Its channels may die behind living links, also in a restart. What is lost then is noticed by `expects`, and fetched. */
  canGetStuck?: boolean
}

/** Whether a channel died, as far as a client can see. */
const isStuck = ({ lost, gaps }: Outcome) =>
  lost > 0 && gaps.length > 0 && gaps.every(each => each === 'forgotten')

/** The worst of several clients of a transport. */
function worst(outcomes: readonly Outcome[]): Outcome {
  const [first] = [...outcomes].sort(
    (a, b) => Number(a.converged) - Number(b.converged) || b.lost - a.lost || b.gaps.length - a.gaps.length,
  )
  return first!
}

/** No message may be lost without a gap, and in the end the list equals the publisher's. */
function expectNoSilentLoss(expect: ExpectStatic, outcomes: Readonly<Record<string, Outcome>>) {
  for (const [transport, outcome] of Object.entries(outcomes)) {
    const { lost, gaps, status, converged } = outcome
    const isNoticed = gaps.length > 0 || status === 'failed'
    const whatHappened = `${transport}: ${JSON.stringify(outcome)}`
    expect(lost > 0 && !isNoticed, `Loss was silent. ${whatHappened}`).toBe(false)
    expect(converged || status === 'failed', `The list differs. ${whatHappened}`).toBe(true)
  }
}

/** Every fault, with clients of all transports at once. Faults run side by side, each on an engine of its own. */
export function testEngine<Engine extends RunningEngine>(
  name: string,
  { missing = [], transports: all, faults, canGetStuck = false }: EngineTests<Engine>,
) {
  describe.skipIf(missing.length > 0).concurrent(name, () => {
    test.for(faults)('$fault: no loss is silent', async (row, { task, expect, onTestFinished }) => {
      const transports = row.transports ?? all
      const engine = await row.start()
      onTestFinished(() => engine.stop())
      const { clients, unmount } = watchClients(engine, {
        transports,
        ...(row.clients && { clients: row.clients }),
      })
      onTestFinished(unmount)
      const isOpen = () => clients.every(client => client.status() === 'open' && client.list().length > 0)
      await expect.poll(isOpen, { timeout: 60_000 }).toBe(true)
      await sleep(2_000)
      for (const client of clients) client.begin()

      await row.strike(engine)
      await sleep(2_000)
      await engine.pause()
      const rows = await engine.readRows()
      const deadline = performance.now() + PATIENCE
      while (!clients.every(({ isCurrent }) => isCurrent(rows)) && performance.now() < deadline)
        await sleep(50)

      const compared = clients.map(client => ({ transport: client.transport, ...client.compare(rows) }))
      const outcomes = Object.fromEntries(
        Object.keys(transports).map(each => [
          each,
          worst(compared.filter(({ transport }) => transport === each)),
        ]),
      )
      task.meta.faultLine = { engine: name, fault: row.fault, outcomes }
      expectNoSilentLoss(expect, outcomes)
      for (const each of row.resumes ?? []) {
        if (canGetStuck && isStuck(outcomes[each]!)) continue
        expect({ each, ...outcomes[each]! }).toMatchObject({ each, lost: 0, gaps: [], refetches: 0 })
      }
      for (const each of row.loses ?? []) {
        expect(outcomes[each]!.lost, `lost by ${each}`).toBeGreaterThan(0)
        if (row.cause) expect(outcomes[each]!.gaps, `gaps of ${each}`).toContain(row.cause)
      }
    })
  })

  test.runIf(missing.length > 0)(`${name} is not proven here: install ${missing.join(', ')}`, ({ task }) => {
    task.meta.skippedTests = faults.length
  })
}
