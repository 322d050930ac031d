import { fireEvent, screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { Room } from '../../../docs/code/rooms.tsx'
import { createRoomsServer, membersOf } from '../../../docs/code/roomsServer.ts'
import { openPage } from './openPage.tsx'

const patient = { timeout: 10_000 }
const hasMembers = (room: string, count: number) =>
  waitFor(() => expect(membersOf(room)).toBe(count), patient)
const sayHello = () => fireEvent.click(screen.getByRole('button'))
const hasMessages = (count: number) =>
  waitFor(() => expect(screen.queryAllByText('hello')).toHaveLength(count), patient)

test('a room is joined once it is open, and each message appears once', async () => {
  const page = await openPage(createRoomsServer())
  page.render(<Room room="tea" />)
  await hasMembers('tea', 1)
  sayHello()
  await hasMessages(1)
  sayHello()
  await hasMessages(2)
})

test('a room is joined again after a reconnect, with the messages that were missed', async () => {
  const page = await openPage(createRoomsServer())
  page.render(<Room room="drop" />)
  await hasMembers('drop', 1)
  sayHello()
  await hasMessages(1)
  await page.goDown()
  await hasMembers('drop', 0)
  // The second page says something in the same room while the first one is away.
  const other = await openPage(createRoomsServer())
  other.render(<Room room="drop" />)
  await hasMembers('drop', 1)
  fireEvent.click(screen.getAllByRole('button')[1]!)
  await hasMessages(3)
  await page.comeBack()
  await hasMembers('drop', 2)
  await hasMessages(4)
})

test('another room is left and joined when the prop changes', async () => {
  const page = await openPage(createRoomsServer())
  const view = page.render(<Room room="a" />)
  await hasMembers('a', 1)
  view.unmount()
  const next = page.render(<Room room="b" />)
  await hasMembers('b', 1)
  await hasMembers('a', 0)
  next.unmount()
  await hasMembers('b', 0)
})
