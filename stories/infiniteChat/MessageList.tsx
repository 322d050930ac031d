import { useInfiniteQuery } from '@tanstack/react-query'
import { memo } from 'react'
import { Button } from '../parts/Button.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { formatTime } from '../parts/format.ts'
import { type ChatMessage, type Filter, messagesQuery } from './messages.ts'

interface MessageListProps {
  readonly filter: Filter
  readonly onRemove: (id: number) => void
}

/** The loaded messages of a filter. Older ones are fetched over HTTP; pushes change the list in the cache. */
export function MessageList({ filter, onRemove }: MessageListProps) {
  const demo = useDemo()
  const { data, error, fetchPreviousPage, hasPreviousPage, isFetchingPreviousPage, isRefetching } =
    useInfiniteQuery(messagesQuery(demo, filter))
  const pages = data?.pages ?? []
  const count = pages.reduce((sum, { items }) => sum + items.length, 0)

  return (
    <>
      <div className="log chat-log" role="region" aria-label="Messages" tabIndex={0} aria-busy={isRefetching}>
        <div>
          <Button
            disabled={!hasPreviousPage || isFetchingPreviousPage}
            onClick={() => void fetchPreviousPage()}
          >
            {isFetchingPreviousPage ? 'Loading …' : 'Older messages'}
          </Button>
          <ol>
            {pages.map(({ items }) =>
              items.map(message => <MessageRow key={message.id} message={message} onRemove={onRemove} />),
            )}
          </ol>
        </div>
      </div>
      {error && <p role="alert">{error.message}</p>}
      <p className="quiet">
        {count} messages in {pages.length === 1 ? '1 page' : `${pages.length} pages`}
      </p>
    </>
  )
}

interface MessageRowProps {
  readonly message: ChatMessage
  readonly onRemove: (id: number) => void
}

/** Memoised: a push renders only the rows that it changes. */
const MessageRow = memo(function MessageRow({ message, onRemove }: MessageRowProps) {
  const { id, room, author, text, at } = message
  return (
    <li data-message={id}>
      <time className="figures quiet">{formatTime(at)}</time>
      <span className="log-source">{author}</span>
      <span>
        {text} <span className="quiet">in {room}</span>
      </span>
      <Button aria-label={`Remove message ${id}`} onClick={() => onRemove(id)}>
        Remove
      </Button>
    </li>
  )
})
