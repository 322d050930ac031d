import { BadRequest } from './badRequest.ts'
import { checkNumber, checkText } from './check.ts'
import type { Envelope } from './envelope.ts'

export type Messages = ReturnType<typeof createMessages>

export interface Message {
  /** Counts from 1. */
  id: number
  room: string
  author: string
  text: string
  /** ms since 1970. */
  at: number
}

/** Some of the messages in a row. `older` is a value for `before`, `newer` one for `after`; `null` if there are none. */
export interface MessagePage {
  items: Message[]
  older: number | null
  newer: number | null
}

export interface MessageQuery {
  room: string | null
  author: string | null
  before: number | null
  after: number | null
}

const PAGE_SIZE = 20
/** Maximum number of messages in a channel. Beyond it, the oldest is dropped. */
const MAX_MESSAGES = 5_000

/**
 * The messages of a channel, which starts with a history. New ones are published as `message.posted`, removals as
 * `message.removed`.
 */
export function createMessages(publish: (envelopes: Envelope[]) => void) {
  let messages = createHistory()
  let lastId = messages.length

  return {
    /**
     * The newest messages; with `before`, those before that id; with `after`, all after it, so that a client that
     * fetches its pages again reaches the newest message.
     */
    page({ room, author, before, after }: MessageQuery): MessagePage {
      const all = messages.filter(
        message => (room === null || message.room === room) && (author === null || message.author === author),
      )
      const indexOf = (id: number) => all.filter(message => message.id < id).length
      const end = before === null ? all.length : indexOf(before)
      const start = after === null ? Math.max(0, end - PAGE_SIZE) : indexOf(after + 1)
      const previous = all[start - 1]
      const next = all[end]
      return {
        items: all.slice(start, end),
        older: previous ? previous.id + 1 : null,
        newer: next ? next.id - 1 : null,
      }
    },
    post(input: Record<string, unknown>): Message {
      const message = {
        id: lastId + 1,
        room: checkText(input.room, '"room"'),
        author: checkText(input.author, '"author"'),
        text: checkText(input.text, '"text"'),
        at: Date.now(),
      }
      lastId = message.id
      messages = [...messages, message].slice(-MAX_MESSAGES)
      publish([{ type: 'message.posted', params: null, response: message }])
      return message
    },
    remove(input: Record<string, unknown>): { id: number } {
      const id = checkNumber(input.id, '"id"')
      const kept = messages.filter(message => message.id !== id)
      if (kept.length === messages.length)
        throw new BadRequest(`There is no message with the id ${id}.`, 'not-found')
      messages = kept
      publish([{ type: 'message.removed', params: { id }, response: { id } }])
      return { id }
    },
  }
}

/** 120 messages of three authors in two rooms, one a minute. */
function createHistory(): Message[] {
  const count = 120
  const startedAt = Date.now() - count * 60_000
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    room: index % 2 === 0 ? 'general' : 'random',
    author: ['Ana', 'Ben', 'You'][index % 3] as string,
    text: `Message ${index + 1}`,
    at: startedAt + index * 60_000,
  }))
}
