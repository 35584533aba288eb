import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import {
  srtpReceiver,
  srtpSender,
  type Opened,
  type SrtpCrypto,
  type SrtpReceiver,
  type SrtpSender,
} from '@voxkeep/wire/srtp'
import type { Rollover, SrtpPositions } from './contract.ts'

type Srtp = NonNullable<NegotiatedAudio['srtp']>

/** The SRTP contexts of one leg, which outlive offers that bring the same keys again. */
export interface SrtpContexts {
  readonly sender: SrtpSender | undefined
  /** Whether packets are to be opened at all; without SRTP they come as they are. */
  readonly opens: boolean
  /**
   * Takes what SDP agreed. `newSendKey` says that our packets are sealed afresh from here on. Packets under the peer's
   * key before this one are still opened for a moment: they were on their way.
   *
   * @param before - `positions` of the leg whose place this one takes.
   */
  update(srtp: Srtp | undefined, rollover: Rollover, before?: SrtpPositions): { readonly newSendKey: boolean }
  readonly positions: SrtpPositions
  openRtp(datagram: Uint8Array): Opened
  openRtcp(datagram: Uint8Array): Opened
  /** Whether the packet that was opened last came under the key before this one. */
  readonly isLate: boolean
  /** The least that is left of a key's lifetime, 0 to 1. */
  readonly left: number
}

/** Whatever is still on its way after a re-key has come by then. */
const overlapMs = 2_000

export function srtpContexts(crypto: SrtpCrypto, nowMs: () => number): SrtpContexts {
  return new Contexts(crypto, nowMs)
}

class Contexts implements SrtpContexts {
  readonly #crypto: SrtpCrypto
  readonly #nowMs: () => number
  #agreed: Srtp | undefined
  #receiver: SrtpReceiver | undefined
  #former: { readonly receiver: SrtpReceiver; readonly untilMs: number } | undefined
  sender: SrtpSender | undefined
  isLate = false

  constructor(crypto: SrtpCrypto, nowMs: () => number) {
    this.#crypto = crypto
    this.#nowMs = nowMs
  }

  get opens(): boolean {
    return this.#receiver !== undefined
  }

  get left(): number {
    return this.sender?.left ?? 1
  }

  get positions(): SrtpPositions {
    return [...(this.#receiver?.positions() ?? [])]
  }

  update(
    srtp: Srtp | undefined,
    rollover: Rollover,
    before?: SrtpPositions,
  ): { readonly newSendKey: boolean } {
    const former = this.#agreed
    const sendKept = former !== undefined && srtp !== undefined && sameSend(former, srtp)
    const receiveKept = former !== undefined && srtp !== undefined && sameReceive(former, srtp)
    if (!sendKept) this.sender = srtp && srtpSender(this.#crypto, srtp.suite, srtp.send)
    if (!receiveKept) this.#renew(srtp, rollover, before)
    this.#agreed = srtp
    return { newSendKey: !sendKept }
  }

  openRtp(datagram: Uint8Array): Opened {
    const opened = this.#receiver?.openRtp(datagram) ?? none
    this.isLate = false
    if (opened.ok || this.#former === undefined) return opened
    const late = this.#overlapping()?.openRtp(datagram)
    this.isLate = late?.ok === true
    return late?.ok === true ? late : opened
  }

  openRtcp(datagram: Uint8Array): Opened {
    const opened = this.#receiver?.openRtcp(datagram) ?? none
    this.isLate = false
    if (opened.ok || this.#former === undefined) return opened
    const late = this.#overlapping()?.openRtcp(datagram)
    this.isLate = late?.ok === true
    return late?.ok === true ? late : opened
  }

  #renew(srtp: Srtp | undefined, rollover: Rollover, others: SrtpPositions | undefined): void {
    const receiver = this.#receiver
    this.#former = receiver && srtp && { receiver, untilMs: this.#nowMs() + overlapMs }
    const before = receiver?.positions() ?? (others && new Map(others))
    this.#receiver =
      srtp && srtpReceiver(this.#crypto, srtp.suite, srtp.receive, { rollover, ...(before && { before }) })
  }

  #overlapping(): SrtpReceiver | undefined {
    if (this.#former !== undefined && this.#nowMs() >= this.#former.untilMs) this.#former = undefined
    return this.#former?.receiver
  }
}

const none: Opened = { ok: false, reason: 'auth' }

function sameSend(a: Srtp, b: Srtp): boolean {
  return a.suite === b.suite && sameKey(a.send, b.send)
}

function sameReceive(a: Srtp, b: Srtp): boolean {
  return (
    a.suite === b.suite &&
    a.receive.length === b.receive.length &&
    a.receive.every((key, i) => {
      const other = b.receive[i]
      return other !== undefined && sameKey(key, other)
    })
  )
}

/** Our own two copies of negotiated keys: nobody outside can time this comparison. */
function sameKey(a: Srtp['send'], b: Srtp['send']): boolean {
  return sameBytes(a.keyAndSalt, b.keyAndSalt) && sameBytes(a.mki ?? empty, b.mki ?? empty)
}

const empty = new Uint8Array(0)

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
