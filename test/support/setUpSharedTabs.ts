import type { Use } from '../pages/app/pageUnderTest.ts'
import { setUpTabs } from './setUpChromium.ts'

type Opened = Awaited<ReturnType<ReturnType<typeof setUpTabs>>>

/** A tab that shares its connections. */
export type SharedTab = Awaited<ReturnType<Opened['openPage']>>

interface SharedTabs {
  count: number
  toUses(at: Opened['at']): Use[]
  worker?: 'module' | 'faulty'
}

/** Several tabs of one user with the same connections, all open. */
export function setUpSharedTabs() {
  const open = setUpTabs()
  const openShared = async ({ count, toUses, worker = 'module' }: SharedTabs) => {
    const opened = await open()
    const uses = toUses(opened.at)
    const pages: SharedTab[] = [opened]
    while (pages.length < count) pages.push(await opened.openPage())
    const show = async (page: SharedTab) => {
      await page.show({ uses, scope: 'ada', worker })
      for (const { transport } of uses) await page.isShown('open', uses.length > 1 ? transport : 'it')
    }
    for (const page of pages) await show(page)
    return { ...opened, pages, uses }
  }
  return { open, openShared }
}

/** A socket that resumes where it was cut off. */
export const sharedSocket = (at: Opened['at']): Use => ({
  transport: 'socket',
  url: at('/socket'),
  resumes: true,
})
