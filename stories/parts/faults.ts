/** The faults that have a button: its label, its help and the body of the request to the demo server. */
export const FAULTS = {
  kill: { label: 'Kill', help: 'Resets open connections.', body: { fault: 'kill' } },
  freeze: {
    label: 'Freeze',
    help: 'Keeps connections open but sends nothing, not even a close.',
    body: { fault: 'freeze' },
  },
  thaw: { label: 'Thaw', help: 'Ends the freeze.', body: { fault: 'thaw' } },
  refuse: {
    label: 'Refuse 5 s',
    help: 'Rejects new requests with status 503 for 5 seconds.',
    body: { fault: 'refuse', ms: 5_000 },
  },
  down: {
    label: 'Down 5 s',
    help: 'Drops every connection and stays unreachable for 5 seconds.',
    body: { fault: 'down', ms: 5_000 },
  },
  delay: {
    label: 'Delay 1 s',
    help: 'Sends everything one second late.',
    body: { fault: 'delay', ms: 1_000 },
  },
  drop: { label: 'Drop every 3rd', help: 'Loses every third message.', body: { fault: 'drop', every: 3 } },
  text: { label: 'Broken JSON', help: 'Sends truncated JSON.', body: { fault: 'garbage', kind: 'text' } },
  proto: {
    label: '__proto__',
    help: 'Sends a message whose type is __proto__.',
    body: { fault: 'garbage', kind: 'proto' },
  },
  unknown: {
    label: 'Unknown type',
    help: 'Sends a message of a type that has no handler or schema.',
    body: { fault: 'garbage', kind: 'unknown' },
  },
  html: {
    label: 'HTML page',
    help: 'Responds to the next request with an HTML page.',
    body: { fault: 'garbage', kind: 'html' },
  },
  'expire-token': {
    label: 'Expire token',
    help: 'Expires the current token.',
    body: { fault: 'expire-token' },
  },
  forget: {
    label: 'Forget history',
    help: 'Clears the message log, so the server cannot resume.',
    body: { fault: 'forget' },
  },
  clear: { label: 'Clear faults', help: 'Ends all faults.', body: { fault: 'clear' } },
} as const

export type FaultName = keyof typeof FAULTS
