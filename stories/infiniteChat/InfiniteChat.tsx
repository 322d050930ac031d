import { useMutation } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useSocket } from 'react-query-realtime'
import { Button } from '../parts/Button.tsx'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { StatusLight } from '../parts/StatusLight.tsx'
import { MessageForm } from './MessageForm.tsx'
import { MessageList } from './MessageList.tsx'
import { chatSocket, type Filter } from './messages.ts'
import './infiniteChat.css'

const FILTERS = {
  All: ['all'],
  General: ['room', 'general'],
  Random: ['room', 'random'],
  Mine: ['author', 'You'],
} as const satisfies Record<string, Filter>

type FilterName = keyof typeof FILTERS
const NAMES = Object.keys(FILTERS) as FilterName[]

/** A chat whose history loads page by page. Each filter is a query of its own, and pushes keep all of them current. */
export function InfiniteChat() {
  const demo = useDemo()
  const socket = useMemo(() => chatSocket(demo.url('/socket')), [demo])
  const { status, retryCount, nextRetryAt, request } = useSocket(socket)
  const [shown, setShown] = useState<FilterName>('All')
  const post = useMutation({
    mutationFn: (message: { room: string; text: string }) =>
      request({ type: 'message.post', params: { ...message, author: 'You' } }),
  })
  const { mutate: removeMessage, error: removeError } = useMutation({
    mutationFn: (id: number) => request({ type: 'message.remove', params: { id } }),
  })
  const error = post.error ?? removeError

  return (
    <Card title="Chat" aside={<StatusLight {...{ status, retryCount, nextRetryAt }} />}>
      <div className="buttons" role="group" aria-label="Filter">
        {NAMES.map(name => (
          <Button
            key={name}
            look={name === shown ? 'primary' : 'plain'}
            aria-pressed={name === shown}
            onClick={() => setShown(name)}
          >
            {name}
          </Button>
        ))}
      </div>
      <MessageList key={shown} filter={FILTERS[shown]} onRemove={removeMessage} />
      <MessageForm isPending={post.isPending} onPost={post.mutateAsync} />
      {error && (
        <p role="alert" className="chat-error">
          <strong>{error.name}</strong>: {error.message}
        </p>
      )}
    </Card>
  )
}
