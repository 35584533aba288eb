import type { SipRequest, SipResponse } from '@voxkeep/wire/sip'
import type { DialogLeg, PeerTransaction } from './dialog-leg.ts'
import { respondTo, successHeaders, type ResponseParts } from './own-headers.ts'
import { reliabilityOf } from './reliable-headers.ts'
import { ReliableProvisional } from './reliable-provisional.ts'
import { hasSdp, sdpHeader } from './sdp-body.ts'

export interface EarlyDeps {
  readonly leg: DialogLeg
  readonly invite: SipRequest
  readonly inviteSeq: number
  readonly respond: (status: number, parts: ResponseParts) => void
  /** Sends a response that was made before. */
  readonly repeat: (response: SipResponse) => void
  readonly giveUp: () => void
}

const repeatMs = 60_000

/** What a caller hears before its INVITE is answered: ringing, and early media, reliably where it knows how (RFC 3262). */
export class EarlyResponses {
  readonly #deps: EarlyDeps
  readonly #reliable: ReliableProvisional
  readonly #reliability: ReturnType<typeof reliabilityOf>
  #cancelAgain = (): void => {}
  #hasMedia = false
  #isSettled = false
  #answer: Uint8Array | undefined

  constructor(deps: EarlyDeps) {
    this.#deps = deps
    const { leg, invite, inviteSeq, giveUp } = deps
    const allowed = leg.trunk.reliableProvisional !== 'off'
    this.#reliability = allowed ? reliabilityOf(invite) : 'unknown'
    const firstRseq = 1 + Math.floor(leg.deps.chance() * (2 ** 31 - 1))
    const send = (response: SipResponse) => deps.repeat(response)
    this.#reliable = new ReliableProvisional({ clock: leg.deps.clock, send, inviteSeq, firstRseq, giveUp })
  }

  /** A session description went out before the answer: what the 2xx says is the same. */
  get hasMedia(): boolean {
    return this.#hasMedia
  }
  /** An offer and its answer were exchanged, and both sides know. */
  get isSettled(): boolean {
    return this.#isSettled
  }
  /** The peer's answer to an offer that we made early. */
  get answer(): Uint8Array | undefined {
    return this.#answer
  }

  ring(sdp: string | undefined): void {
    this.#ring(sdp)
    this.#cancelAgain()
    this.#cancelAgain = this.#deps.leg.deps.clock.set(repeatMs, () => this.#again())
  }

  /** A proxy that hears nothing for three minutes cancels the call (RFC 3261 §13.3.1.1, §16.6 timer C). */
  #again(): void {
    if (!this.#hasMedia) return this.ring(undefined)
    if (this.#reliability !== 'required') this.#deps.respond(183, { headers: [this.#contact] })
    else this.#send(183, undefined)
    this.#cancelAgain = this.#deps.leg.deps.clock.set(repeatMs, () => this.#again())
  }

  #ring(sdp: string | undefined): void {
    const isOffer = !hasSdp(this.#deps.invite)
    const isReliable = sdp === undefined ? this.#reliability === 'required' : this.#reliability !== 'unknown'
    // RFC 3261 §13.2.1: our offer is in the first reliable response or in none; a ringing that has none says nothing.
    if (isOffer && isReliable && sdp === undefined) return
    if (isOffer && !isReliable) return this.#deps.respond(180, { headers: [this.#contact] })
    const body = sdp === undefined ? undefined : this.#deps.leg.keepSdp(sdp)
    this.#hasMedia ||= body !== undefined
    const status = body === undefined ? 180 : 183
    if (isReliable) this.#send(status, body)
    else this.#deps.respond(status, this.#parts(body))
  }

  #send(status: number, body: Uint8Array | undefined): void {
    const { leg, invite } = this.#deps
    const toTag = leg.dialog.localTag
    this.#reliable.send((more) => respondTo(invite, status, { ...this.#parts(body, more), toTag }))
  }

  #parts(body: Uint8Array | undefined, more: readonly (readonly [string, string])[] = []): ResponseParts {
    const content = body === undefined ? [] : [sdpHeader]
    return { headers: [this.#contact, ...more, ...content], ...(body !== undefined && { body }) }
  }

  /** Serves PRACK. */
  prack(transaction: PeerTransaction): void {
    const { request } = transaction
    const taken = this.#reliable.acknowledge(request.headers.get('RAck') ?? '')
    if (taken.status !== 200) return transaction.respond(respondTo(request, taken.status))
    const parts = taken.hadSdp ? this.#takeSdp(request) : {}
    if (typeof parts === 'number') transaction.respond(respondTo(request, parts))
    else transaction.respond(respondTo(request, 200, parts))
    // Without an answer to our offer there is nothing to go on with.
    if (taken.hadSdp && !this.#isSettled) return void this.#deps.leg.finish('gateway-hung-up')
    this.#reliable.resume()
  }

  /** Calls `go` once the 2xx may be sent. */
  whenClear(go: () => void): void {
    this.#reliable.whenClear(go)
  }

  stop(): void {
    this.#cancelAgain()
    this.#reliable.stop()
  }

  get #contact(): readonly [string, string] {
    return ['Contact', this.#deps.leg.contact]
  }

  /** RFC 3262 §5: the PRACK answers our offer, or may bring the next one; then our 200 has the answer. */
  #takeSdp(prack: SipRequest): ResponseParts | number {
    const { leg, invite } = this.#deps
    const body = hasSdp(prack) ? new Uint8Array(prack.body) : undefined
    if (hasSdp(invite)) {
      this.#isSettled = true
      if (body === undefined) return {}
      const made = leg.events?.reoffer(body) ?? { status: 488 }
      if ('status' in made) return made.status
      const answer = leg.keepSdp(made.sdp)
      return { headers: successHeaders(leg, { kind: 'none' }, answer), body: answer }
    }
    if (body === undefined || leg.events?.reanswered(body) !== true) return 488
    this.#isSettled = true
    this.#answer = body
    return {}
  }
}
