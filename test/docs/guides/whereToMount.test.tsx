import { act, screen, waitFor } from '@testing-library/react'
import { useState } from 'react'
import { expect, test } from 'vitest'
import { LiveNotices, NoticeList, VisitsPage, VisitsPanel } from '../../../docs/code/whereToMount.tsx'
import { createNoticesServer } from '../../../docs/code/whereToMountServer.ts'
import { countRequests, openPage } from './openPage.tsx'

const patient = { timeout: 10_000 }

async function openApp() {
  let add!: (text: string) => void
  const server = createNoticesServer(given => (add = given))
  const requests = countRequests(server)
  const page = await openPage(server)
  let go!: (to: string) => void
  function App() {
    const [route, setRoute] = useState('list')
    go = setRoute
    return (
      <>
        <LiveNotices />
        {route === 'list' && <NoticeList />}
        {route === 'visits' && <VisitsPage />}
        <VisitsPanel isOpen={route === 'panel'} />
      </>
    )
  }
  page.render(<App />)
  const statuses = (url: string) =>
    page.events.flatMap(event =>
      event.kind === 'status' && event.connection.url.includes(url) ? [event.status] : [],
    )
  await waitFor(() => expect(statuses('/notices')).toContain('open'), patient)
  return {
    ...page,
    add,
    requests,
    statuses,
    go: (to: string) => act(() => go(to)),
    opened: (path: string) => requests.filter(request => request === `GET ${path}`).length,
  }
}

test('a connection above the routes stays open over a change of route, and its handlers go on', async () => {
  const app = await openApp()
  app.add('first')
  await screen.findByText('first', {}, patient)
  app.go('none')
  app.add('second')
  await waitFor(() => expect(app.queryClient.getQueryData(['notices'])).toHaveLength(2), patient)
  app.go('list')
  await screen.findByText('second', {}, patient)
  expect(app.opened('/notices/socket')).toBe(1)
})

test('after a drop the notices that were missed are fetched', async () => {
  const app = await openApp()
  app.add('first')
  await screen.findByText('first', {}, patient)
  await app.goDown()
  await screen.findByText('Reconnecting…', {}, patient)
  app.add('missed')
  await app.comeBack()
  await screen.findByText('missed', {}, patient)
})

test('a connection of one page opens with it and closes after it', async () => {
  const app = await openApp()
  expect(app.opened('/visits/socket')).toBe(0)
  app.go('visits')
  await screen.findByText('7 visits', {}, patient)
  app.go('none')
  await waitFor(() => expect(app.statuses('/visits').at(-1)).toBe('idle'), patient)
  expect(app.opened('/visits/socket')).toBe(1)
})

test('skipToken opens no connection until it is replaced', async () => {
  const app = await openApp()
  app.go('panel')
  await screen.findByText('7 visits', {}, patient)
  expect(app.opened('/visits/socket')).toBe(1)
})
