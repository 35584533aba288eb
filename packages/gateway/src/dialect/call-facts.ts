import type { CallFacts, DialectEvent, DialectQuestion } from './contract.ts'

/** What is known of the calls of one app: of those that go on, and for a while of those that are over. */
export interface CallBook {
  /** Notes what a question or an event says of its call, and gives all that is known of it. */
  note(said: DialectEvent, nowMs: number): CallFacts
  /** How many calls go on, as far as it knows. */
  readonly size: number
  /** Of how many others something is remembered. */
  readonly others: number
}

/** Calls that nobody ever told the end of: the oldest go first. Ten times what a node carries. */
const maxCalls = 50_000
/** What comes once a call is over (its recording is stored, its payment settled) goes on with its numbers: but for so many, and for so long. */
const maxOthers = 1_000
const rememberedMs = 10 * 60_000
/** Whatever else is told of a call that nobody knows comes after its end, or after a restart: it makes no call of it. */
const begins = new Set(['call.incoming', 'call.initiated', 'call.connected'])

/** @param accountSid - The same for all of them. */
export function callBook(accountSid: string): CallBook {
  const calls = new Map<string, Facts>()
  /** In the order in which they came here, which is that of their times. */
  const others = new Map<string, { readonly facts: Facts; readonly sinceMs: number }>()

  function putAside(facts: Facts, nowMs: number): void {
    calls.delete(facts.call)
    if (!others.has(facts.call)) others.set(facts.call, { facts, sinceMs: nowMs })
    for (const [call, { sinceMs }] of others) {
      if (others.size <= maxOthers && nowMs - sinceMs < rememberedMs) return
      others.delete(call)
    }
  }

  function list(facts: Facts): void {
    others.delete(facts.call)
    calls.set(facts.call, facts)
    const oldest = calls.size > maxCalls ? calls.keys().next().value : undefined
    if (oldest !== undefined) calls.delete(oldest)
  }

  return {
    note(said, nowMs) {
      const { call, type } = said
      const facts = calls.get(call) ?? others.get(call)?.facts ?? new Facts(call, accountSid)
      facts.note(said, nowMs)
      const goesOn = facts.state !== 'ended' && (calls.has(call) || begins.has(type))
      if (goesOn) list(facts)
      else putAside(facts, nowMs)
      return facts
    },
    get size() {
      return calls.size
    },
    get others() {
      return others.size
    },
  }
}

class Facts implements CallFacts {
  readonly call: string
  readonly accountSid: string
  readonly #counters = new Map<string, number>()
  direction: CallFacts['direction'] = 'inbound'
  from = ''
  to = ''
  state: CallFacts['state'] = 'ringing'
  answeredAtMs: number | undefined
  sipStatus: number | undefined
  first: CallFacts['first'] = {}

  constructor(call: string, accountSid: string) {
    this.call = call
    this.accountSid = accountSid
  }

  next(counter: string): number {
    const count = this.#counters.get(counter) ?? 0
    this.#counters.set(counter, count + 1)
    return count
  }

  note({ type, data, about = {} }: DialectEvent, nowMs: number): void {
    // The parties of a leg that was dialled are not the call's.
    this.#parties(type.startsWith('leg.') ? about : { ...about, ...data })
    if (about['state'] === 'active' || data['state'] === 'active') this.#answered(nowMs)
    const status = data['sip_status'] ?? about['sip_status']
    if (typeof status === 'number' && (type === 'call.failed' || type === 'call.ended'))
      this.sipStatus = status
    switch (type) {
      case 'call.incoming':
      case 'call.connected':
        this.first = data
        return
      case 'call.answered':
        return this.#answered(nowMs)
      case 'call.ended':
        this.state = 'ended'
    }
  }

  /** What is told of a call that is over does not bring it back. */
  #answered(nowMs: number): void {
    if (this.state === 'ended') return
    if (this.state === 'ringing') this.answeredAtMs = nowMs
    this.state = 'active'
  }

  #parties({ direction, from, to }: DialectQuestion['data']): void {
    if (direction === 'inbound' || direction === 'outbound') this.direction = direction
    if (typeof from === 'string') this.from = from
    if (typeof to === 'string') this.to = to
  }
}
