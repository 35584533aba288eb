import type { SipResponse } from '@voxkeep/wire/sip'
import type { Clock } from '#kernel'
import { parseRAck } from './reliable-headers.ts'

const t1Ms = 500 // RFC 3261 §17.1.1.1
const timeoutMs = 64 * t1Ms
const maxQueued = 4 // a leg sends a ringing and an early answer; more has no purpose

type HeaderLines = readonly (readonly [string, string])[]

export interface ReliableDeps {
  readonly clock: Clock
  readonly send: (response: SipResponse) => void
  /** CSeq of the INVITE. */
  readonly inviteSeq: number
  /** From 1 to 2^31 − 1 (RFC 3262 §3). */
  readonly firstRseq: number
  /** No PRACK came in 64·T1: the INVITE is to be refused. */
  readonly giveUp: () => void
}

interface Queued {
  readonly make: (headers: HeaderLines) => SipResponse
}

interface Pending {
  readonly rseq: number
  readonly hasSdp: boolean
  cancel: () => void
}

/** Provisional responses that a PRACK must acknowledge: RFC 3262 §3. One at a time; the others wait. */
export class ReliableProvisional {
  readonly #deps: ReliableDeps
  readonly #queue: Queued[] = []
  #pending: Pending | undefined
  /** The one that a final response overtook: its PRACK may still come. */
  #overtaken: number | undefined
  #nextRseq: number
  #whenClear: (() => void) | undefined

  constructor(deps: ReliableDeps) {
    this.#deps = deps
    this.#nextRseq = deps.firstRseq
  }

  /** Whether the 2xx must wait: a session description is not acknowledged yet. */
  get holdsAnswer(): boolean {
    return this.#pending?.hasSdp === true || this.#queue.length > 0
  }

  /** `make` gets the headers that ask for the PRACK. */
  send(make: Queued['make']): void {
    if (this.#queue.length >= maxQueued) return
    this.#queue.push({ make })
    this.#next()
  }

  /** Calls `go` at once, or when nothing holds the 2xx any more. */
  whenClear(go: () => void): void {
    if (this.holdsAnswer) this.#whenClear = go
    else go()
  }

  /** The value of a PRACK's RAck: the status to answer with, and whether it acknowledged a session description. */
  acknowledge(rack: string): { status: 200; hadSdp: boolean } | { status: 400 | 481 } {
    const parsed = parseRAck(rack)
    if (parsed === undefined) return { status: 400 }
    const isOurs = parsed.method === 'INVITE' && parsed.seq === this.#deps.inviteSeq
    const pending = this.#pending
    if (isOurs && parsed.rseq === this.#overtaken) {
      this.#overtaken = undefined
      return { status: 200, hadSdp: false }
    }
    if (!isOurs || pending === undefined || parsed.rseq !== pending.rseq) return { status: 481 }
    pending.cancel()
    this.#pending = undefined
    return { status: 200, hadSdp: pending.hasSdp }
  }

  /** Goes on after an acknowledgement, once its PRACK is answered. */
  resume(): void {
    this.#next()
    if (this.holdsAnswer) return
    const go = this.#whenClear
    this.#whenClear = undefined
    go?.()
  }

  /** A final response is out: nothing is repeated any more. */
  stop(): void {
    this.#pending?.cancel()
    this.#overtaken = this.#pending?.rseq
    this.#pending = undefined
    this.#queue.length = 0
    this.#whenClear = undefined
  }

  #next(): void {
    const next = this.#pending === undefined ? this.#queue.shift() : undefined
    if (next === undefined) return
    const rseq = this.#nextRseq
    this.#nextRseq += 1
    const response = next.make([
      ['Require', '100rel'],
      ['RSeq', String(rseq)],
    ])
    this.#pending = { rseq, hasSdp: response.body.length > 0, cancel: () => {} }
    this.#transmit(this.#pending, response, t1Ms, 0)
  }

  /** RFC 3262 §3: repeated at T1, doubled each time without a ceiling, even over TLS: a hop further on may lose it. */
  #transmit(pending: Pending, response: SipResponse, intervalMs: number, elapsedMs: number): void {
    this.#deps.send(response)
    const leftMs = timeoutMs - elapsedMs
    pending.cancel = this.#deps.clock.set(Math.min(intervalMs, leftMs), () => {
      if (intervalMs >= leftMs) this.#deps.giveUp()
      else this.#transmit(pending, response, intervalMs * 2, elapsedMs + intervalMs)
    })
  }
}
