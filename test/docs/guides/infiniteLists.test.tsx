import { fireEvent, screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { Posts } from '../../../docs/code/infiniteLists.tsx'
import { createPostsServer } from '../../../docs/code/infiniteListsServer.ts'
import { countRequests, openPage } from './openPage.tsx'

const patient = { timeout: 10_000 }
const rows = () => screen.queryAllByRole('listitem').map(row => row.textContent)
const showsRows = (...ids: (number | string)[]) =>
  waitFor(() => expect(rows()).toEqual(ids.map(id => (typeof id === 'number' ? `post ${id}` : id))), patient)

async function openPosts() {
  let change!: Parameters<Parameters<typeof createPostsServer>[0]>[0]
  const server = createPostsServer(given => (change = given))
  const requests = countRequests(server)
  const page = await openPage(server)
  page.render(<Posts />)
  await waitFor(
    () => expect(page.events).toContainEqual(expect.objectContaining({ status: 'open' })),
    patient,
  )
  await showsRows(10, 9, 8)
  await waitFor(() => expect(page.queryClient.isFetching()).toBe(0), patient)
  fireEvent.click(screen.getByRole('button', { name: 'Older' }))
  await showsRows(10, 9, 8, 7, 6, 5)
  return { ...page, ...change, requests }
}

test('a change on a later page replaces its row', async () => {
  const { put } = await openPosts()
  put({ id: 6, text: 'changed' })
  await showsRows(10, 9, 8, 7, 'changed', 5)
})

test('a removed row leaves its page without a fetch, and the next page follows the last row', async () => {
  const { remove } = await openPosts()
  remove(8)
  await showsRows(10, 9, 7, 6, 5)
  remove(5)
  await showsRows(10, 9, 7, 6)
  fireEvent.click(screen.getByRole('button', { name: 'Older' }))
  await showsRows(10, 9, 7, 6, 4, 3, 2)
})

test('a new post is announced, and a click shows the list from its start', async () => {
  const { put } = await openPosts()
  put({ id: 11, text: 'post 11' })
  const button = await screen.findByRole('button', { name: 'Show new posts' }, patient)
  await showsRows(10, 9, 8, 7, 6, 5)
  fireEvent.click(button)
  await showsRows(11, 10, 9)
  expect(screen.queryByRole('button', { name: 'Show new posts' })).toBeNull()
})

test('what changed during a drop is fetched after it, in all loaded pages', async () => {
  const { goDown, comeBack, put } = await openPosts()
  await goDown()
  put({ id: 6, text: 'missed' })
  await comeBack()
  await showsRows(10, 9, 8, 7, 'missed', 5)
})
