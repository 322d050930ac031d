// #region socket
import { append, messageKey, socketOptions } from 'react-query-realtime'
import { z } from 'zod'

const said = z.object({ id: z.number(), text: z.string() })
export type Said = z.infer<typeof said>
const params = z.object({ room: z.string() })

export const chat = socketOptions({
  url: '/socket',
  messages: {
    room: { params, response: z.array(said) }, // all messages of a room: written at its key
    said: { params, response: said }, // one new message
  },
  on: {
    said: ({ params, response }, cache) =>
      cache.setQueryData(messageKey('room', params), append(response, { by: 'id', max: 1_000 })),
  },
})
// #endregion socket

// #region join
import { useEffect } from 'react'
import { useSocket } from 'react-query-realtime'

function useRoom(room: string) {
  const { status, send } = useSocket(chat)
  useEffect(() => {
    if (status !== 'open') return
    send({ type: 'join', params: { room } })
    return () => void send({ type: 'leave', params: { room } })
  }, [status, send, room])
  return status
}
// #endregion join

// #region room
import { skipToken, useQuery } from '@tanstack/react-query'

export function Room({ room }: { room: string }) {
  const status = useRoom(room)
  const { data: messages } = useQuery<Said[]>({
    queryKey: messageKey('room', { room }),
    queryFn: skipToken,
  })
  return (
    <section aria-busy={status !== 'open'}>
      <ul>
        {messages?.map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
      </ul>
      <Say room={room} />
    </section>
  )
}
// #endregion room

// #region say
function Say({ room }: { room: string }) {
  const { send } = useSocket(chat)
  return <button onClick={() => send({ type: 'say', params: { room, text: 'hello' } })}>Say hello</button>
}
// #endregion say
