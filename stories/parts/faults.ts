/** The faults that have a button: what it says, what it does, and what is asked of the demo server. */
export const FAULTS = {
  kill: { label: 'Kill', help: 'Resets the connection', body: { fault: 'kill' } },
  freeze: {
    label: 'Freeze',
    help: 'Keeps the connection and says nothing any more, not even goodbye',
    body: { fault: 'freeze' },
  },
  thaw: { label: 'Thaw', help: 'Ends the freeze', body: { fault: 'thaw' } },
  refuse: {
    label: 'Refuse 5 s',
    help: 'Answers new requests with 503 for 5 seconds',
    body: { fault: 'refuse', ms: 5_000 },
  },
  down: {
    label: 'Down 5 s',
    help: 'Kills all and is gone for 5 seconds',
    body: { fault: 'down', ms: 5_000 },
  },
  delay: { label: 'Delay 1 s', help: 'Everything is late by a second', body: { fault: 'delay', ms: 1_000 } },
  drop: { label: 'Drop every 3rd', help: 'Loses every third message', body: { fault: 'drop', every: 3 } },
  text: { label: 'Broken JSON', help: 'Sends JSON cut short', body: { fault: 'garbage', kind: 'text' } },
  proto: {
    label: '__proto__',
    help: 'Sends a message of the type __proto__',
    body: { fault: 'garbage', kind: 'proto' },
  },
  unknown: {
    label: 'Unknown type',
    help: 'Sends a message of a type that nobody knows',
    body: { fault: 'garbage', kind: 'unknown' },
  },
  html: {
    label: 'HTML page',
    help: 'Answers the next request with a web page',
    body: { fault: 'garbage', kind: 'html' },
  },
  'expire-token': { label: 'Expire token', help: 'Ends the token in use', body: { fault: 'expire-token' } },
  forget: { label: 'Forget history', help: 'Begins a new, empty log', body: { fault: 'forget' } },
  clear: { label: 'Clear faults', help: 'Ends all faults', body: { fault: 'clear' } },
} as const

export type FaultName = keyof typeof FAULTS
