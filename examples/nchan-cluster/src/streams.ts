import {
  append,
  type CacheWriter,
  type GapCause,
  longPollOptions,
  serverEventsOptions,
  socketOptions,
} from 'react-query-realtime'
import { nchan } from 'react-query-realtime/engines'
import { noteGap } from './notes'
import { KEPT, type Row, rowsKey, type Snapshot, type Transport } from './snapshot'

// The messages of the server.
declare module 'react-query-realtime' {
  interface Register {
    messages: {
      row: { response: Row }
      beat: { response: undefined }
    }
  }
}

/** What all three have in common. */
const followRows = (transport: Transport) => ({
  on: {
    row: ({ response }: { response: Row }, cache: CacheWriter) =>
      cache.setQueryData<Snapshot>(
        rowsKey(transport),
        append(response, { by: 'id', list: 'rows', max: KEPT }),
      ),
    beat: () => {},
  },
  // Fetched again after a gap. With the position, the snapshot and the stream fit together without another fetch.
  liveQueries: [{ queryKey: rowsKey(transport), position: ({ epoch, seq }: Snapshot) => ({ epoch, seq }) }],
  // Comes through the channel every 5 s. The pings of nginx do not prove that the channel works.
  expects: { type: 'beat', within: 15_000 },
  onGap: ({ cause }: { cause: GapCause }) => noteGap(transport, cause),
})

export const heldPoll = longPollOptions({
  url: '/poll/rows',
  ...nchan.longPoll(),
  ...followRows('long poll'),
})
export const events = serverEventsOptions({ url: '/events/rows', ...nchan.events(), ...followRows('events') })
export const socket = socketOptions({ url: '/socket/rows', ...nchan.socket(), ...followRows('socket') })
