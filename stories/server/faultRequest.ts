import { BadRequest } from './badRequest.ts'
import type { Channel } from './channel.ts'
import { checkNumber, checkRecord, checkText } from './check.ts'
import type { LastingFault } from './faults.ts'
import { GARBAGE_KINDS, garbageText, type GarbageKind } from './garbage.ts'

type Options = Record<string, unknown>
type Perform = (channel: Channel, options: Options, client: string | undefined) => void

const MAX_MS = 3_600_000

const FAULTS = new Map<string, Perform>([
  ['kill', ({ connections }, { code }, client) => connections.killAll(client, readCode(code))],
  ['freeze', lasting(() => ({ fault: 'freeze' }))],
  ['thaw', ({ faults }, _, client) => faults.end(a => a.fault === 'freeze' && isFor(a.client, client))],
  ['refuse', lasting(readRefuse)],
  ['down', goDown],
  ['delay', (channel, { ms, ...rest }, client) => lasting(() => readDelay(ms))(channel, rest, client)],
  ['drop', lasting(({ every }) => ({ fault: 'drop', every: readCount(every, '"every"', 3) }))],
  ['garbage', garble],
  ['expire-token', ({ tokens }, _, client) => tokens.revoke(client)],
  ['forget', ({ log }) => log.forget()],
  ['clear', ({ faults }, _, client) => faults.end(active => isFor(active.client, client))],
])

/** Handles the body of `POST /faults`. */
export function performFault(channel: Channel, body: unknown): void {
  const { fault, client, ...options } = checkRecord(body, 'The body of POST /faults')
  const perform = typeof fault === 'string' ? FAULTS.get(fault) : undefined
  if (!perform) throw new BadRequest(`"fault" must be one of: ${[...FAULTS.keys()].join(', ')}.`)
  perform(channel, options, client === undefined ? undefined : checkText(client, '"client"'))
}

function lasting(read: (options: Options) => LastingFault): Perform {
  return ({ faults }, options, client) => {
    const ms = options.ms === undefined ? undefined : checkNumber(options.ms, '"ms"', { max: MAX_MS })
    faults.start(read(options), { client, ms })
  }
}

function goDown(channel: Channel, options: Options, client: string | undefined): void {
  lasting(() => ({ fault: 'down' }))(channel, { ms: 5_000, ...options }, client)
  channel.connections.killAll(client)
}

/** Sockets and streams get garbage now. Requests get it instead of their next responses, for 10 s. */
function garble(channel: Channel, options: Options, client: string | undefined): void {
  const kind = readKind(options.kind)
  const count = readCount(options.count, '"count"', 1)
  lasting(() => ({ fault: 'garbage', kind, count }))(channel, { ms: 10_000, ...options }, client)
  for (const connection of [...channel.connections.open]) {
    if (!isFor(connection.client, client)) continue
    const times = connection.transport === 'longPoll' ? 1 : kind === 'html' ? 0 : count
    for (let i = 0; i < times; i += 1) connection.garble?.(garbageText(kind))
  }
}

function readRefuse({ status, retryAfter }: Options): LastingFault {
  const refuse = {
    fault: 'refuse',
    status: checkNumber(status, '"status"', { min: 400, max: 599, fallback: 503 }),
  }
  if (retryAfter === undefined) return refuse as LastingFault
  const isHeader =
    typeof retryAfter === 'number' || (typeof retryAfter === 'string' && /^[ -~]+$/.test(retryAfter))
  if (!isHeader) throw new BadRequest('"retryAfter" must be seconds or the text of an HTTP date.')
  return { ...refuse, retryAfter } as LastingFault
}

function readDelay(ms: unknown): LastingFault {
  return { fault: 'delay', delay: checkNumber(ms, '"ms"', { max: 60_000, fallback: 1_000 }) }
}

function readCount(value: unknown, what: string, fallback: number): number {
  return Math.floor(checkNumber(value, what, { min: 1, max: 10_000, fallback }))
}

function readKind(kind: unknown): GarbageKind {
  const known = GARBAGE_KINDS.find(name => name === (kind ?? 'text'))
  if (known) return known
  throw new BadRequest(`"kind" must be one of: ${GARBAGE_KINDS.join(', ')}.`)
}

function readCode(code: unknown): number | undefined {
  if (code === undefined) return undefined
  if (code === 1000 || code === 1001 || (Number(code) >= 1007 && Number(code) <= 1014)) return Number(code)
  return checkNumber(code, '"code" (1000, 1001, 1007 to 1014, or the following)', { min: 3_000, max: 4_999 })
}

function isFor(other: string | undefined, client: string | undefined): boolean {
  return client === undefined || other === client
}
