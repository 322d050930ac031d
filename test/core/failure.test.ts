import { describe, expect, test } from 'vitest'
import { ConfigurationError, UnauthorizedError } from '../../src/core/errors.ts'
import {
  decideFailure,
  type Failure,
  type FailureAction,
  gaveUp,
  impossible,
  isUnauthorizedError,
  MAX_RETRY_AFTER,
  toError,
} from '../../src/core/failure.ts'

const configuration = new ConfigurationError('wrong')

/** One failure of each kind, the action it leads to, and how its error reads. */
const kinds = {
  close: [{ kind: 'close', code: 1006, opened: true }, 'retry', /closed with code 1006/],
  status: [{ kind: 'status', status: 503 }, 'retry', /HTTP status 503/],
  answer: [
    { kind: 'answer', status: 202, headers: new Headers({ cookie: 'secret' }), cursor: 'secret' },
    'retry',
    /"reconnect.decide" rejected .* 202/,
  ],
  preparation: [{ kind: 'preparation', part: 'url' }, 'retry', /^"url" threw/],
  network: [{ kind: 'network', cause: new Error('secret') }, 'retry', /could not be reached/],
  timeout: [{ kind: 'timeout' }, 'retry', /in time/],
  silence: [{ kind: 'silence' }, 'retry', /Nothing was received/],
  'content-type': [{ kind: 'content-type', contentType: 'text/html' }, 'retry', /"text\/html"/],
  body: [{ kind: 'body', cause: new Error('secret') }, 'retry', /cut short/],
  expected: [{ kind: 'expected', type: 'beat' }, 'retry', /"beat"/],
  ended: [{ kind: 'ended' }, 'retry', /ended the stream/],
  'fast-loop': [{ kind: 'fast-loop' }, 'retry', /keeps responding immediately/],
  token: [{ kind: 'token', cause: new Error('secret') }, 'retry', /getToken failed/],
  impossible: [{ kind: 'impossible', error: configuration }, 'stop', /wrong/],
} satisfies { [Kind in Failure['kind']]: [Failure & { kind: Kind }, FailureAction, RegExp] }

describe.each(Object.entries(kinds))('%s', (_kind, [failure, action, message]) => {
  test(`leads to "${action}"`, () => {
    expect(decideFailure(failure).action).toBe(action)
  })

  test('has an error that says where to look, without quoting others', () => {
    const error = toError(failure)
    expect(error.message).toMatch(message)
    expect(JSON.stringify([error, error.message, error.cause])).not.toContain('secret')
  })
})

const closeCodes: [FailureAction, number[]][] = [
  ['retry', [1000, 1001, 1002, 1005, 1006, 1011, 1012, 1013, 1014]],
  ['retry', [3001, 3500, 3999, 4000, 4001, 4399, 4408, 4429]],
  ['stop', [1003, 1007, 1009, 1010, 4400, 4402, 4403, 4404, 4407, 4409, 4428, 4430, 4499, 4500, 4999]],
  ['refresh', [1008, 3000, 4401]],
]

test.each(closeCodes.flatMap(([action, codes]) => codes.map(code => [code, action] as const)))(
  'close code %i leads to "%s", whether the socket had been open or not',
  (code, action) => {
    expect(decideFailure({ kind: 'close', code, opened: true })).toEqual({ action })
    expect(decideFailure({ kind: 'close', code, opened: false })).toEqual({ action })
  },
)

const statuses: [FailureAction, number[]][] = [
  ['retry', [408, 425, 429, 500, 502, 503, 504, 599]],
  ['stop', [400, 402, 403, 404, 405, 406, 407, 411, 413, 418, 422, 451, 499]],
  ['refresh', [401]],
  ['drop-cursor', [409, 410]],
  ['end', [204]],
]

test.each(statuses.flatMap(([action, all]) => all.map(status => [status, action] as const)))(
  'status %i leads to "%s"',
  (status, action) => {
    expect(decideFailure({ kind: 'status', status }).action).toBe(action)
  },
)

test('a 400 drops the cursor of its request once, and is permanent without a cursor', () => {
  expect(decideFailure({ kind: 'status', status: 400, hadCursor: true })).toEqual({
    action: 'drop-cursor',
    isOnce: true,
  })
  expect(decideFailure({ kind: 'status', status: 400, hadCursor: false })).toEqual({ action: 'stop' })
})

describe('without getToken', () => {
  const anonymous = { hasGetToken: false }

  test('a close with 1008 is permanent, with an error that names the code', () => {
    const failure: Failure = { kind: 'close', code: 1008, opened: true }
    expect(decideFailure(failure, anonymous)).toEqual({ action: 'stop' })
    expect(toError(failure)).toMatchObject({
      code: 'connection-failed',
      status: 1008,
      message: expect.stringContaining('1008'),
    })
  })

  test('401, 4401 and 3000 allow one more attempt, because a url function or a cookie may provide other credentials', () => {
    for (const code of [4401, 3000])
      expect(decideFailure({ kind: 'close', code, opened: true }, anonymous).action).toBe('refresh')
    expect(decideFailure({ kind: 'status', status: 401 }, anonymous).action).toBe('refresh')
  })
})

test.each([401, 409, 410, 429, 503])('Retry-After of a %i is the floor, capped at an hour', status => {
  expect(decideFailure({ kind: 'status', status, retryAfter: 7_000 }).floor).toBe(7_000)
  expect(decideFailure({ kind: 'status', status, retryAfter: 1e12 }).floor).toBe(MAX_RETRY_AFTER)
})

describe('if getToken throws', () => {
  test('an UnauthorizedError, even from another copy of the library, it ends the connection', () => {
    const foreign = Object.assign(new Error('no'), { name: 'UnauthorizedError' })
    for (const cause of [new UnauthorizedError(), foreign]) {
      expect(decideFailure({ kind: 'token', cause }).action).toBe('stop')
      expect(toError({ kind: 'token', cause })).toBeInstanceOf(UnauthorizedError)
      expect(isUnauthorizedError(cause)).toBe(true)
    }
  })

  test('anything else, it is one failed attempt', () => {
    for (const cause of [new Error('x'), 'text', null, undefined, { name: 'UnauthorizedError' }]) {
      expect(decideFailure({ kind: 'token', cause }).action).toBe('retry')
    }
  })
})

test('the error of a failure contains its close code or HTTP status', () => {
  expect(toError({ kind: 'close', code: 4403, opened: true })).toMatchObject({
    failureKind: 'close',
    status: 4403,
  })
  expect(toError({ kind: 'status', status: 503 })).toMatchObject({ failureKind: 'status', status: 503 })
})

test('the errors of a socket that never opened, and of one that was sent too much, say where to look', () => {
  expect(toError({ kind: 'close', code: 1006, opened: false }).message).toMatch(/subprotocol/)
  expect(toError({ kind: 'close', code: 1009, opened: true }).message).toMatch(/larger/)
  expect(toError({ kind: 'close', code: 4403, opened: false }).message).toMatch(/code 4403/)
})

test('silence says whether a heartbeat got no reply, or the server sent nothing by itself', () => {
  expect(toError({ kind: 'silence', isPinged: true }).message).toMatch(/reply to the heartbeat/)
  expect(toError({ kind: 'silence' }).message).toMatch(/more often than "silenceTimeout".*comment/)
})

test('giving up names the retries and the last failure', () => {
  const error = gaveUp({ kind: 'silence' }, 4)
  expect(error).toMatchObject({
    failureKind: 'silence',
    message: expect.stringMatching(/4 retries.*Nothing was received/),
  })
  expect(error.message.split('https:')).toHaveLength(2)
})

test('an impossible request is a configuration error', () => {
  expect(impossible('no')).toMatchObject({
    kind: 'impossible',
    error: { code: 'configuration', message: expect.stringMatching(/^no See https:\S+#configuration$/) },
  })
})
