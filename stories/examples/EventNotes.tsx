import { skipToken, useQuery } from '@tanstack/react-query'
import { append, useServerEvents } from 'react-query-realtime'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { NoteList } from '../parts/NoteList.tsx'
import { PublishNotes } from '../parts/PublishNotes.tsx'
import { StatusLight } from '../parts/StatusLight.tsx'

export function EventNotes({ max }: { max: number }) {
  const { status, nextRetryAt, retryCount, error } = useServerEvents({
    url: useDemo().url('/events'),
    on: {
      // Not idempotent on purpose: a note that arrives twice would appear twice.
      note: ({ response }, cache) => cache.setQueryData(['notes'], append(response, { max })),
      price: () => undefined,
      reset: () => undefined,
    },
  })
  const { data: notes = [] } = useQuery<readonly unknown[]>({ queryKey: ['notes'], queryFn: skipToken })

  return (
    <Card title="Numbered notes" aside={<StatusLight {...{ status, nextRetryAt, retryCount, error }} />}>
      <PublishNotes />
      <NoteList notes={notes} />
    </Card>
  )
}
