import { cursorInQuery, type Recovery } from 'react-query-realtime'

/** How the demo server resumes a socket. */
export const resuming: Recovery = {
  cursor: ({ type, response, epoch, seq }) => {
    if (type === 'welcome') return response as { epoch: string; seq: number }
    return seq === undefined ? undefined : { epoch, seq }
  },
  attach: cursorInQuery(),
  resumed: ({ type, response }) =>
    type === 'welcome' ? (response as { resumed: boolean }).resumed : undefined,
}
