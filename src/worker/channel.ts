import { type Heartbeat, startHeartbeat } from '../core/heartbeat.ts'
import type { Clock, TimerHandle } from '../core/platform.ts'
import type {
  AttemptMessage,
  BlockedMessage,
  FramePosition,
  PageMessage,
  ResponseHead,
  SharedHeartbeat,
  SharedRequest,
} from '../core/portMessages.ts'
import { FrameReader } from './frameReader.ts'
import { FrameRing } from './frameRing.ts'
import type { Ending, OpenSource, Source, SourceSink } from './sources.ts'
import { SubscriptionCounts } from './subscriptionCounts.ts'

export type OpenMessage = Extract<PageMessage, { kind: 'open' }>

/** One page that uses a connection. */
export interface Member {
  readonly open: Omit<OpenMessage, 'request'>
  /** Dropped as soon as it was sent or is not needed: it may contain a token. */
  request: SharedRequest | undefined
  post(message: AttemptMessage | BlockedMessage): void
  /** The opening that it joined, or that it waits for since it joined the channel. */
  opening?: number
  /** Set while the connection is open. */
  reader?: FrameReader
  heartbeat?: SharedHeartbeat | undefined
  wakeTimer?: TimerHandle
}

/** How long an elected page may take to send its request before the next one that joins replaces it (ms). */
const ELECTED_FOR = 10_000

/** What a channel needs from the hub. */
interface ChannelParts {
  hub: string
  clock: Clock
  openSource: OpenSource
  /** Returns a number that is unique among the openings of all channels. */
  nextOpening(): number
  /** The channel has no users left, or no page may join it any more. */
  onClosed(): void
}

/** A connection for all pages that want it. It opens for the first page, and closes when the last one has left. */
export class Channel {
  readonly #parts: ChannelParts
  readonly #members = new Set<Member>()
  readonly #ring = new FrameRing()
  readonly #subscriptions = new SubscriptionCounts(data => this.#source?.send(data))
  #source: Source | undefined
  #owner: Member | undefined
  /** The page whose request opened the connection. */
  #opener: Member | undefined
  /** The page that gets a fresh token to open the connection. */
  #elected: Member | undefined
  #electedAt = 0
  /** Whether no page may join a response that has begun. */
  #isSingle = false
  #heartbeat: Heartbeat | undefined
  #isAwaitingPulse = false
  #isOpen = false
  #head: ResponseHead | undefined
  #opening = 0
  /** Each opening after this one continues the previous one. */
  #firstOpening = 0
  /** The position from which the request resumed, and the number of the frame before its first one. */
  #start: { cursor: string | undefined; frame: number } = { cursor: undefined, frame: 0 }

  constructor(parts: ChannelParts) {
    this.#parts = parts
  }

  get isUsed(): boolean {
    return this.#members.size > 0
  }

  /** Whether a page could resume from its last frame. */
  get canResume(): boolean {
    return !this.#isSingle && this.#ring.first <= this.#ring.last
  }

  /** What is open stays open. */
  block(): void {
    if (!this.#isOpen) for (const { post } of this.#members) post({ kind: 'blocked' })
  }

  join(member: Member): void {
    this.#members.add(member)
    const { request } = member
    member.request = undefined
    if (this.#isOpen) this.#welcome(member)
    else if (!this.#source) this.#begin(member, request)
    member.opening = this.#opening
  }

  /** While one page gets a fresh token, no other page opens the connection: it may still have the refused token. */
  #begin(member: Member, request?: SharedRequest): void {
    const { clock } = this.#parts
    if (this.#elected && clock.elapsed() < this.#electedAt + ELECTED_FOR) return
    if (request && !member.open.needsToken) return this.#open(member, request)
    this.#elected = member
    this.#electedAt = clock.elapsed()
    member.post({ kind: 'elected', attempt: member.open.attempt })
  }

  /** Has no effect for a page that has already left. */
  leave(member: Member): void {
    if (!this.#members.delete(member)) return
    member.reader?.stop()
    this.#parts.clock.clearTimeout(member.wakeTimer)
    this.#subscriptions.leave(member)
    if (this.#members.size === 0) return this.#close()
    const [next] = this.#members
    if (member === this.#elected) {
      this.#elected = undefined
      if (next && !this.#source) this.#begin(next)
    }
    if (member !== this.#owner) return
    this.#owner = next
    this.#watch()
    if (next?.reader) this.#own(next)
  }

  /** Makes a page renew the token. The opener does so anyway; it may have left while the connection was opening. */
  #own(member: Member): void {
    if (member !== this.#opener) member.post({ kind: 'owner', attempt: member.open.attempt })
  }

  receive(member: Member, message: Exclude<PageMessage, OpenMessage | { kind: 'join' | 'ping' }>): void {
    switch (message.kind) {
      case 'request':
        return this.#source ? undefined : this.#open(member, message.request)
      case 'send':
        return this.#source?.send(message.data)
      case 'subscribe':
        return this.#subscriptions.subscribe(member, message.key, message.frames)
      case 'unsubscribe':
        return this.#subscriptions.unsubscribe(member, message.key)
      case 'watch':
        member.heartbeat = message.heartbeat
        return member === this.#owner ? this.#watch() : undefined
      case 'pace':
        member.open.isSlow = message.isSlow
        return member.reader?.setSlow(message.isSlow)
      case 'check':
        return this.#heartbeat?.checkNow()
      case 'wake':
        return this.#wake(member, message.delay)
      case 'taken':
        return member.reader?.taken()
      case 'close':
        return this.#release(member, message.foundDead)
    }
  }

  #wake(member: Member, delay: number): void {
    const { clock } = this.#parts
    clock.clearTimeout(member.wakeTimer)
    member.wakeTimer = clock.setTimeout(
      () => member.post({ kind: 'wake', attempt: member.open.attempt }),
      delay,
    )
  }

  /**
   * A connection that one page found dead ends for all pages. Otherwise it would never end while pages return one by one. A page
   * that has not handled all frames is only late, and one that waited for another page's token did not wait for the server.
   */
  #release(member: Member, foundDead: boolean): void {
    const isDead = foundDead && !member.reader?.isBehind && member.opening === this.#opening
    this.leave(member)
    if (isDead && this.#source) this.#end({ kind: 'silence' })
  }

  #open(member: Member, request: SharedRequest): void {
    const { at, cursor } = member.open
    this.#elected = undefined
    const opening = (this.#opening = this.#parts.nextOpening())
    this.#owner = this.#opener = member
    this.#isSingle = request.kind === 'fetch' && request.framing === 'none'
    // Earlier frames stay valid only if the request resumes right after the last one.
    if (cursor === undefined || !this.#knows(at) || at?.frame !== this.#ring.last) {
      this.#ring.clear()
      this.#firstOpening = opening
    }
    this.#start = { cursor, frame: this.#ring.last }
    const current = (call: () => void) => {
      if (opening === this.#opening) call()
    }
    const sink: SourceSink = {
      onOpen: head => current(() => this.#opened(head)),
      onFrame: frame => current(() => this.#take(frame)),
      onEnd: ending => current(() => this.#end(ending)),
    }
    this.#source = this.#parts.openSource(request, sink)
  }

  #opened(head: ResponseHead | undefined): void {
    this.#isOpen = true
    this.#head = head
    for (const member of this.#members) this.#welcome(member)
    // Only pages that already wait get this response.
    if (head && (this.#isSingle || head.status !== 200)) this.#parts.onClosed()
  }

  #welcome(member: Member): void {
    const { hub, clock } = this.#parts
    const { attempt, at, isSlow } = member.open
    member.opening = this.#opening
    const known = this.#knows(at) ? at : undefined
    const isResumed = known?.opening === this.#opening
    const frame = known?.frame ?? this.#startOf(member)
    const isJoined = member !== this.#opener && (isResumed || frame === undefined)
    const last = frame ?? this.#ring.last
    const reads = { attempt, clock, ring: this.#ring, isShared: () => this.#members.size > 1 }
    const post = (message: AttemptMessage) => member.post(message)
    member.reader = new FrameReader({ ...reads, post }, { next: last + 1, isSlow })
    member.post({
      ...{ kind: 'opened', attempt, isJoined, isResumed, head: this.#head },
      at: { hub, opening: this.#opening, frame: last },
      isOwner: member === this.#opener,
    })
    if (member === this.#owner) this.#own(member)
    member.reader.pump()
  }

  /** A page whose own request would have been the same gets the response from its first frame. */
  #startOf({ open: { cursor } }: Member): number | undefined {
    const isSame = cursor !== undefined && cursor === this.#start.cursor
    return isSame && this.#start.frame >= this.#ring.first - 1 ? this.#start.frame : undefined
  }

  /** Whether all frames after a position are still there. */
  #knows(at: FramePosition | undefined): boolean {
    if (at?.hub !== this.#parts.hub || at.opening < this.#firstOpening) return false
    return at.frame >= this.#ring.first - 1 && at.frame <= this.#ring.last
  }

  #take(frame: unknown): void {
    this.#ring.push(frame)
    this.#heard()
    for (const member of this.#members) {
      const { reader } = member
      if (!reader) continue
      if (reader.next >= this.#ring.first) reader.pump()
      // The page was too slow and has missed frames.
      else this.#dismiss(member, { kind: 'close', code: 1006, opened: true })
    }
  }

  #heard(): void {
    if (this.#isAwaitingPulse && this.#heartbeat) {
      this.#isAwaitingPulse = false
      const latency = this.#heartbeat.sincePing()
      for (const { post, open, reader } of this.#members)
        if (reader) post({ kind: 'pulse', attempt: open.attempt, latency })
    }
    this.#heartbeat?.onActivity()
  }

  /** Sends heartbeats with the options of the owner. */
  #watch(): void {
    const plan = this.#owner?.heartbeat
    if (this.#heartbeat && plan) return this.#heartbeat.change(plan)
    this.#heartbeat?.stop()
    this.#heartbeat =
      plan &&
      startHeartbeat(this.#parts.clock, {
        ...plan,
        ping: () => {
          this.#isAwaitingPulse = true
          this.#source?.send(this.#owner?.heartbeat?.message ?? plan.message)
        },
        onDead: () => this.#end({ kind: 'silence' }),
      })
  }

  #end(ending: Ending): void {
    this.#owner = undefined
    this.#subscriptions.clear()
    for (const member of this.#members) {
      member.reader?.finish()
      this.#dismiss(member, ending)
    }
  }

  /** Whether another page sent the token. */
  #isForeign(member: Member): boolean {
    return member !== this.#opener
  }

  #dismiss(member: Member, failure: Ending): void {
    member.post({ kind: 'closed', attempt: member.open.attempt, failure, isForeign: this.#isForeign(member) })
    this.leave(member)
  }

  #close(): void {
    this.#opening = this.#parts.nextOpening()
    this.#isOpen = false
    this.#heartbeat?.stop()
    this.#heartbeat = this.#owner = this.#opener = this.#elected = this.#head = undefined
    this.#source?.close()
    this.#source = undefined
    this.#parts.onClosed()
  }
}
