import type { CallFacts, DialectEvent, DialectQuestion } from './contract.ts'

/** What is known of the calls of one app that are not over. */
export interface CallBook {
  /** Notes what a question or an event says of its call, and gives all that is known of it. */
  note(said: DialectEvent, nowMs: number): CallFacts
  /** How many calls it knows. */
  readonly size: number
}

/** Calls that nobody ever told the end of: the oldest go first. Ten times what a node carries. */
const maxCalls = 50_000

/** @param accountSid - The same for all of them. */
export function callBook(accountSid: string): CallBook {
  const calls = new Map<string, Facts>()
  return {
    note(said, nowMs) {
      const facts = calls.get(said.call) ?? new Facts(said.call, accountSid)
      facts.note(said, nowMs)
      if (facts.state === 'ended') calls.delete(said.call)
      else calls.set(said.call, facts)
      const oldest = calls.size > maxCalls ? calls.keys().next().value : undefined
      if (oldest !== undefined) calls.delete(oldest)
      return facts
    },
    get size() {
      return calls.size
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
    this.#parties({ ...about, ...data })
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

  #answered(nowMs: number): void {
    if (this.state === 'ringing') this.answeredAtMs = nowMs
    this.state = 'active'
  }

  #parties({ direction, from, to }: DialectQuestion['data']): void {
    if (direction === 'inbound' || direction === 'outbound') this.direction = direction
    if (typeof from === 'string') this.from = from
    if (typeof to === 'string') this.to = to
  }
}
