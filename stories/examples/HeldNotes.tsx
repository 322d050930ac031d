import { skipToken, useQuery } from '@tanstack/react-query'
import { append, useLongPoll } from 'react-query-realtime'
import { Card } from '../parts/Card.tsx'
import { useDemo } from '../parts/DemoContext.ts'
import { NoteList } from '../parts/NoteList.tsx'
import { PublishNotes } from '../parts/PublishNotes.tsx'
import { StatusLight } from '../parts/StatusLight.tsx'

export function HeldNotes({ max }: { max: number }) {
  const { status, nextRetryAt, retryCount, error } = useLongPoll({
    url: useDemo().url('/long-poll'),
    on: {
      // Not idempotent on purpose: a note that arrives twice would appear twice.
      note: ({ response }, cache) => cache.setQueryData(['notes'], append(response, { max })),
      price: () => undefined,
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
