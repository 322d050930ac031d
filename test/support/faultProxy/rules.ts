/** Faults of a TCP connection as soon as it is accepted. `hang`: it is never read and gets no response. */
export type ConnectionAct = { do: 'reset' } | { do: 'end' } | { do: 'hang' }

/** A plain HTTP response in place of the upstream's. */
export interface AnswerAct {
  do: 'answer'
  status: number
  headers?: Record<string, string>
  body?: string
}

/** Faults of an HTTP request, or of its response. */
export type RequestAct =
  | { do: 'reset' }
  | { do: 'hang' }
  | { do: 'delay'; ms: number }
  | AnswerAct
  /** The upstream's response, with other headers. */
  | { do: 'headers'; headers: Record<string, string> }
  /** Only so many bytes of the body come through: then the connection ends, is reset, or says nothing more. */
  | { do: 'cut'; after: number; then: 'end' | 'reset' | 'hang' }
  /** The body one byte at a time. */
  | { do: 'drip' }

/** What can go wrong with a WebSocket's handshake. `half-open`: it succeeds, and from then on nothing passes either way. */
export type HandshakeAct =
  { do: 'reset' } | { do: 'hang' } | { do: 'delay'; ms: number } | AnswerAct | { do: 'half-open' }

/** What can go wrong with one WebSocket frame. */
export type FrameAct =
  | { do: 'drop' }
  | { do: 'duplicate' }
  /** It comes after the next one. */
  | { do: 'reorder' }
  | { do: 'replace'; text: string }
  /** It is late, and so is all that comes behind it. */
  | { do: 'delay'; ms: number }
  | { do: 'drip' }
  /** Only its first bytes come through, then a reset. */
  | { do: 'cut'; after: number }
  | BreakAct

/**
 * Faults that can hit an open WebSocket or a streaming response at any time. `half-open` swallows both
 * directions and keeps both sockets open.
 */
export type BreakAct = { do: 'reset' } | { do: 'half-open' } | { do: 'close'; code: number; reason?: string }

interface Strikes {
  /** The only connection it is for, counted from 0. */
  connection?: number
  /** How many matches pass unharmed before it strikes; default 0. */
  skip?: number
  /** How many matches it strikes; default all. */
  times?: number
}

/** Where a fault strikes, and what it does there. Plain data, so that it can come from another process. */
export type Rule = Strikes &
  (
    | { at: 'connection'; act: ConnectionAct }
    | { at: 'request'; method?: string; path?: string; act: RequestAct }
    | { at: 'handshake'; act: HandshakeAct }
    /** `text`: what the frame must contain, if it is text. */
    | { at: 'frame'; from: Side; text?: string; act: FrameAct }
  )

export type Side = 'client' | 'server'

/** What happens at the proxy, as rules are matched against it. */
export type Moment =
  | { at: 'connection'; connection: number }
  | { at: 'request'; connection: number; method: string; path: string }
  | { at: 'handshake'; connection: number }
  | { at: 'frame'; connection: number; from: Side; text: string | undefined }

/** The act of a rule at this place. */
export type ActAt<Place extends Rule['at']> = Extract<Rule, { at: Place }>['act']

/** The rules that are on. The first one that strikes is the one that counts, and those behind it see nothing of it. */
export class RuleBook {
  #rules: { rule: Rule; matches: number }[] = []

  add(rule: Rule): () => void {
    const entry = { rule, matches: 0 }
    this.#rules.push(entry)
    return () => void (this.#rules = this.#rules.filter(other => other !== entry))
  }

  clear(): void {
    this.#rules = []
  }

  find<Place extends Rule['at']>(moment: Extract<Moment, { at: Place }>): ActAt<Place> | undefined {
    const struck = this.#rules.find(entry => matches(entry.rule, moment) && strikes(entry))
    return struck?.rule.act as ActAt<Place> | undefined
  }
}

function strikes(entry: { rule: Rule; matches: number }): boolean {
  const { skip = 0, times = Infinity } = entry.rule
  const index = entry.matches++
  return index >= skip && index < skip + times
}

function matches(rule: Rule, moment: Moment): boolean {
  if (rule.connection !== undefined && rule.connection !== moment.connection) return false
  if (rule.at === 'request' && moment.at === 'request')
    return isOrAny(rule.method, moment.method) && isOrAny(rule.path, moment.path)
  if (rule.at === 'frame' && moment.at === 'frame')
    return rule.from === moment.from && (rule.text === undefined || !!moment.text?.includes(rule.text))
  return rule.at === moment.at
}

function isOrAny(wanted: string | undefined, value: string): boolean {
  return wanted === undefined || wanted === value
}
