import type { DialLease } from '#dialing'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import type { CallCommand } from './commands.ts'
import { CallLeg } from './call-leg.ts'
import type { IncomingCall, SignallingEnd } from './contract.ts'
import type { EndReason, IdentityResult } from './deps.ts'
import { CallError } from './error.ts'
import type { LegMedia } from './leg-media.ts'
import type { CallStart, FirstLeg, Origin } from './origin.ts'
import { srtpEntry, type LegEntry } from './receipt.ts'

/** Somebody calls us. */
export function incomingOrigin(incoming: IncomingCall): Origin {
  const { tenant, app, trunk, from, to, security } = incoming
  const fields = {
    trunk,
    source: security.sourceAddress,
    tls: security.tlsVersion,
    cipher: security.cipher,
  }
  const audit = { type: 'call.received', fields }
  const start = (call: CallStart) => new IncomingLeg(call, incoming)
  return { direction: 'inbound', tenant, app, trunk, from, to, security, audit, start }
}

class IncomingLeg implements FirstLeg {
  readonly #call: CallStart
  readonly #incoming: IncomingCall
  readonly #leg: CallLeg
  #prepared: Promise<void> | undefined
  #media: LegMedia | undefined
  /** What the caller's offer was answered with; undefined when it brought none. */
  #agreed: { readonly sdp: string; readonly audio: NegotiatedAudio } | undefined
  /** What the media was first connected with, early or not. */
  #early: NegotiatedAudio | undefined
  #identity: IdentityResult = { status: 'off', policy: 'accept' }

  constructor(call: CallStart, incoming: IncomingCall) {
    this.#call = call
    this.#incoming = incoming
    const { leg: id, trunk, signalling } = incoming
    const leg: CallLeg = new CallLeg({
      id,
      trunk,
      profile: incoming,
      deps: call.deps,
      watcher: call.watch(() => leg),
    })
    this.#leg = leg
    leg.signalling = signalling
    call.setFirst(leg)
    signalling.listen(leg.events())
    void leg.openMedia() // while the app thinks
  }

  describe() {
    const { from, to, trunk, security, jurisdiction, sipCallId } = this.#incoming
    const identity = this.#identity
    const isWithheld = identity.policy === 'downgrade'
    return {
      direction: 'inbound',
      from: isWithheld ? 'anonymous' : from,
      ...(isWithheld && { from_unverified: from }),
      to,
      trunk,
      ...(jurisdiction !== undefined && { jurisdiction }),
      transport: {
        sip_tls: security.tlsVersion,
        cipher: security.cipher,
        group: security.group,
      },
      sip: { call_id: sipCallId, source: security.sourceAddress },
      ...(identity.status !== 'off' && { identity: identityView(identity) }),
    }
  }

  async begin(kept: Promise<void>): Promise<readonly CallCommand[] | undefined> {
    const call = this.#call
    this.#incoming.signalling.ring()
    this.#identity = await call.deps.verifyIdentity(this.#incoming, call.signal)
    if (call.signal.aborted) return undefined
    const { refuseWith, divertedFrom, ...identity } = this.#identity
    call.receipt.identity = { ...identity, diverted: divertedFrom !== undefined }
    if (identity.status !== 'off')
      call.story('identity', { status: identity.status, attestation: identity.attestation ?? null })
    if (identity.policy === 'reject') {
      await kept
      await call.reject(refuseWith ?? 403, 'identity-refused')
      return undefined
    }
    const asked = call.ask('call.incoming', call.describe())
    await kept
    return asked
  }

  async answer(): Promise<void> {
    const { signalling } = this.#incoming
    const call = this.#call
    await this.prepare()
    call.signal.throwIfAborted()
    const agreed = this.#agreed
    if (agreed === undefined) {
      const accepted = this.#leg.accept(await signalling.answer(this.#media?.offer() ?? ''))
      if (!accepted.ok) throw new CallError('CALL_NOT_ACCEPTABLE', accepted.reason)
      return call.answered(accepted.audio)
    }
    const { audio } = this.#leg
    const now = audio === undefined || audio === this.#early ? agreed.audio : audio // or an UPDATE changed it
    this.#early = now
    // Audio may arrive before the ACK does (RFC 3261 §13.3.1.4); a missing ACK ends the call through `ended('no-ack')`.
    this.#leg.connect(now)
    signalling.answer(agreed.sdp).catch(() => {})
    return call.answered(now)
  }

  prepare(): Promise<void> {
    this.#prepared ??= this.#prepare()
    return this.#prepared
  }

  async #prepare(): Promise<void> {
    const { offer, localAddress } = this.#incoming
    const call = this.#call
    const port = await this.#leg.openMedia().catch((cause: unknown) => {
      call.refuse(503, 'over-capacity')
      throw new CallError('CALL_NO_MEDIA', 'no media port could be had', { cause })
    })
    call.signal.throwIfAborted()
    this.#media = this.#leg.prepare(localAddress, port)
    if (offer === undefined) return
    const answer = this.#media.answer(offer)
    if (!answer.ok) {
      call.refuse(answer.status, 'not-acceptable')
      throw new CallError('CALL_NOT_ACCEPTABLE', answer.reason)
    }
    this.#agreed = answer
  }

  /** The answer that the 200 will bring goes out ahead of it. Nobody hears the caller yet, whose silence means nothing then. */
  early(): void {
    const agreed = this.#agreed
    if (agreed === undefined || this.#early !== undefined) return
    const { audio, sdp } = agreed
    this.#early = { ...audio, direction: audio.direction === 'sendrecv' ? 'sendonly' : audio.direction }
    this.#leg.connect(this.#early)
    this.#call.story('early')
    this.#incoming.signalling.ring(sdp)
  }

  refuse(status: number): void {
    this.#incoming.signalling.reject(status)
  }

  reasonOf(why: SignallingEnd): EndReason | undefined {
    switch (why) {
      case 'caller-hung-up':
      case 'caller-cancelled':
      case 'no-ack':
      case 'connection-lost':
      case 'replaced':
      case 'shutdown':
        return why
      case 'gateway-hung-up':
      case 'rejected':
        return undefined
    }
  }

  surrender() {
    const leg = this.#leg
    if (leg.audio === undefined) return undefined
    const { security, from } = this.#incoming
    const said = { sip: security, srtp: srtpEntry(leg.audio), identitySigned: false, durationMs: null }
    const entry: LegEntry = { trunk: leg.trunk, via: 'refer', ...said, outcome: 'answered' }
    const answeredAtMs = this.#call.deps.clock.monotonicMs()
    return { placed: { ok: true, leg, lease: theirOwn, entry, security, to: from } as const, answeredAtMs }
  }

  async settle(): Promise<void> {}
}

/** Who calls us pays for it: there is no lease to count against. */
const theirOwn: DialLease = { maxDurationMs: Infinity, answered: () => {}, ended: async () => {} }

function identityView(identity: IdentityResult) {
  const { status, attestation, originationId, divertedFrom, reason, signer } = identity
  return {
    status,
    attestation,
    origination_id: originationId,
    diverted_from: divertedFrom,
    reason,
    signer,
  }
}
