import type { LegId, TrunkId } from '#kernel'
import type { FromMedia, InbandDigits, SecureRoom, SrtpPositions } from '#media'
import { samePeerKeys, type AudioCodec, type NegotiatedAudio } from '@voxkeep/wire/sdp'
import type {
  HangupReason,
  IncomingCall,
  LegSignalling,
  LegSrtp,
  ReferRequest,
  SignallingEnd,
  SignallingEvents,
} from './contract.ts'
import type { CallDeps } from './deps.ts'
import { legMedia, type Agreed, type LegMedia } from './leg-media.ts'

/** What a call hears of one of its legs. */
export interface LegWatcher {
  /** Told once. Not of a leg that `close` ended, nor of a dialog whose place another one took. */
  ended(why: SignallingEnd): void
  /** What the peer and we agreed to changed: it may hold us now, or no longer. */
  changed(audio: NegotiatedAudio): void
  refer(request: ReferRequest): { readonly accept: true } | { readonly status: number }
  media(event: FromMedia): void
}

/** How a trunk wants its audio. */
export interface LegProfile {
  readonly srtp: LegSrtp
  readonly codecs: readonly AudioCodec[]
  readonly inbandDigits: InbandDigits
}

export type LegDeps = Pick<CallDeps, 'media' | 'random' | 'advertisedAddress'>

const ptimeMs = 20

/** One leg of a call: its media, its SDP and its signalling, whoever called whom. */
export class CallLeg {
  readonly trunk: TrunkId
  readonly #deps: LegDeps
  #id: LegId
  #watcher: LegWatcher
  #unlisten: () => void
  #profile: LegProfile
  #opened: Promise<number> | undefined
  #port: number | undefined
  #sdp: LegMedia | undefined
  #signalling: LegSignalling | undefined
  #audio: NegotiatedAudio | undefined
  #closed: Promise<void> | undefined
  #hungUp: Promise<void> | undefined
  #endedAs: SignallingEnd | undefined
  #isRekeying = false
  #room: SecureRoom | null = null
  /** Which dialog speaks for the leg: what a replaced one still says is not heard. */
  #dialog = 0
  /** The names that its dialogs have or had. */
  readonly names: LegId[]

  constructor(o: { id: LegId; trunk: TrunkId; profile: LegProfile; deps: LegDeps; watcher: LegWatcher }) {
    this.#id = o.id
    this.trunk = o.trunk
    this.names = [o.id]
    this.#profile = o.profile
    this.#deps = o.deps
    this.#watcher = o.watcher
    this.#unlisten = o.deps.media.onLeg(o.id, (event) => this.#hear(event))
  }

  /** Names the media; the signalling has the same name until another dialog takes its place, or the media moves. */
  get id(): LegId {
    return this.#id
  }

  /** What was agreed to last; undefined until audio was. */
  get audio(): NegotiatedAudio | undefined {
    return this.#audio
  }

  /** The peer wants no audio from us: we are on hold (RFC 3264 §8.4). */
  get isHeldByPeer(): boolean {
    const { direction } = this.#audio ?? {}
    return direction === 'recvonly' || direction === 'inactive'
  }

  /** While its keys are secret. */
  get room(): SecureRoom | null {
    return this.#room
  }

  get isClosed(): boolean {
    return this.#closed !== undefined
  }

  /** How its dialog ended by itself; undefined until it did. */
  get endedAs(): SignallingEnd | undefined {
    return this.#endedAs
  }

  /** Undefined until the leg was placed or taken. */
  get signalling(): LegSignalling | undefined {
    return this.#signalling
  }

  /** Binds ports, in the worker of `near` where one is given. May be called again: it happens once. */
  openMedia(near?: LegId): Promise<number> {
    this.#opened ??= this.#deps.media.open(this.id, near).then(({ rtpPort }) => (this.#port = rtpPort))
    this.#opened.catch(() => {}) // whoever needs the port meets the failure
    return this.#opened
  }

  set signalling(signalling: LegSignalling | undefined) {
    this.#signalling = signalling
  }

  /** Prepares SDP once it is known which of our addresses the peer reaches. */
  prepare(localAddress: string, port: number): LegMedia {
    const address = this.#deps.advertisedAddress ?? localAddress
    const { random } = this.#deps
    this.#sdp = legMedia({ ...this.#profile, address, port, random, ptimeMs })
    return this.#sdp
  }

  /** Takes the peer's answer to our offer and starts its media. */
  accept(answer: Uint8Array): Agreed {
    const agreed: Agreed = this.#sdp?.accept(answer) ?? { ok: false, status: 488, reason: 'no offer is open' }
    if (agreed.ok) this.connect(agreed.audio)
    return agreed
  }

  /** @param before - How far the peer had come, when other media of this leg's end here. */
  connect(audio: NegotiatedAudio, before?: SrtpPositions): void {
    const isSameKey = before !== undefined && this.#audio !== undefined && samePeerKeys(this.#audio, audio)
    this.#audio = audio
    const rollover = isSameKey ? 'keep' : this.#profile.srtp.rollover
    const { inbandDigits } = this.#profile
    this.#deps.media.connect(this.id, audio, { rollover, inbandDigits, ...(before && { before }) })
  }

  /** Makes the keys of the leg's peer secret, or plain again with null, wherever its media moves. Resolves when they are; rejects when there is no media. */
  secure(room: SecureRoom | null): Promise<void> {
    this.#room = room
    return this.#deps.media.secure(this.id, room)
  }

  /** What this leg's dialog reports to. */
  events(): SignallingEvents {
    const dialog = this.#dialog
    const isHeard = () => this.#dialog === dialog && this.#closed === undefined
    return {
      ended: (why) => {
        if (!isHeard()) return
        this.#endedAs = why
        this.#watcher.ended(why)
      },
      reoffer: (offer) => (isHeard() ? this.#reoffer(offer) : { status: 481 }),
      reanswered: (answer) => isHeard() && this.#reanswered(answer),
      refer: (request) => (isHeard() ? this.#watcher.refer(request) : { status: 481 }),
      dtmf: (digit, durationMs) => {
        // Its media tells it, which knows whether it is secret and whether the same press came another way.
        if (isHeard()) this.#deps.media.tellDigit(this.id, digit, durationMs)
      },
    }
  }

  /**
   * Another dialog takes this leg's place (RFC 3891): media, bridge, streams and recording stay, keys and addresses become the
   * new peer's. False when its SDP cannot be used; everything is then as it was, and the new dialog refused.
   *
   * @param permit - Resolves once it is on record; nothing is connected or answered before. When it rejects, the call is ending.
   */
  takeOver(incoming: IncomingCall, permit: () => Promise<void>): boolean {
    const fresh = this.#freshMedia(incoming)
    const answer = incoming.offer && fresh?.answer(incoming.offer)
    if (fresh === undefined || answer?.ok === false) {
      incoming.signalling.listen(deaf)
      incoming.signalling.reject(answer?.ok === false ? answer.status : 481)
      return false
    }
    const replaced = this.#signalling
    this.#dialog += 1
    this.#signalling = incoming.signalling
    this.#sdp = fresh
    this.#profile = incoming
    this.names.push(incoming.leg)
    incoming.signalling.listen(this.events())
    const permitted = permit()
    void this.#answerOver(incoming, fresh, answer, permitted)
    const letGo = () => void replaced?.hangup(normalClearing)
    permitted.then(letGo, letGo)
    return true
  }

  /** With keys of its own: the old peer knows the old ones. */
  #freshMedia(incoming: IncomingCall): LegMedia | undefined {
    if (this.#port === undefined || this.#audio === undefined || this.isClosed) return undefined
    const { srtp, codecs, localAddress } = incoming
    const address = this.#deps.advertisedAddress ?? localAddress
    return legMedia({ srtp, codecs, address, port: this.#port, random: this.#deps.random, ptimeMs })
  }

  async #answerOver(
    { signalling }: IncomingCall,
    fresh: LegMedia,
    answer: { sdp: string; audio: NegotiatedAudio } | undefined,
    permitted: Promise<void>,
  ): Promise<void> {
    try {
      await permitted
      if (this.isClosed) return
      if (answer !== undefined) this.#changed(answer.audio)
      const acknowledged = await signalling.answer(answer?.sdp ?? fresh.offer())
      if (answer !== undefined) return
      const agreed = fresh.accept(acknowledged)
      if (agreed.ok) this.#changed(agreed.audio)
      else this.#watcher.ended('rejected')
    } catch {
      // Without its ACK the dialog ends, which is told by `ended`; what is not permitted ends the call.
    }
  }

  /**
   * Moves the media beside `near`, which may be in another worker, under the name `id`, and tells the peer where it is now
   * (re-INVITE); from then on `watcher` hears of the leg. False when that failed: then everything is as it was.
   */
  async move(id: LegId, near: LegId, watcher: LegWatcher): Promise<boolean> {
    const [sdp, port] = [this.#sdp, this.#port]
    if (sdp === undefined || port === undefined || this.isClosed) return false
    const { media } = this.#deps
    const moved = await this.#reofferFrom(id, near, sdp).catch(() => undefined)
    if (moved === undefined || this.isClosed) {
      sdp.moveTo(port)
      media.close(id)
      return false
    }
    // Its peer goes on counting: without this it would not be heard once its sequence number has wrapped twice.
    const before = await media.positions(this.#id).catch(() => undefined)
    this.#unlisten()
    media.close(this.#id)
    this.#id = id
    this.#port = moved.port
    this.#watcher = watcher
    this.#unlisten = media.onLeg(id, (event) => this.#hear(event))
    if (this.#room !== null) media.secure(id, this.#room).catch(() => {}) // media that is gone has no keys
    this.connect(moved.audio, before)
    return true
  }

  async #reofferFrom(id: LegId, near: LegId, sdp: LegMedia) {
    const { rtpPort: port } = await this.#deps.media.open(id, near)
    sdp.moveTo(port)
    const answer = await this.#signalling?.reoffer(sdp.offer())
    const agreed = answer && sdp.accept(answer)
    return agreed?.ok === true ? { port, audio: agreed.audio } : undefined
  }

  #hear(event: FromMedia): void {
    if (event.kind === 'warning' && event.code === 'srtp-rekey-due') void this.#rekey()
    this.#watcher.media(event)
  }

  /** RFC 3711 §9.2: a key that wears out gives way to a fresh one in time. Should the peer refuse, media warns again. */
  async #rekey(): Promise<void> {
    const [sdp, signalling, dialog] = [this.#sdp, this.#signalling, this.#dialog]
    if (sdp === undefined || signalling === undefined || this.#isRekeying || this.isClosed) return
    this.#isRekeying = true
    const takeBack = sdp.renewKeys()
    const answer = await signalling.reoffer(sdp.offer()).catch(() => undefined)
    this.#isRekeying = false
    if (this.isClosed || dialog !== this.#dialog) return // another dialog speaks for the leg, with keys of its own
    const agreed = answer && sdp.accept(answer)
    if (agreed?.ok === true) this.#changed(agreed.audio)
    else takeBack()
  }

  /** Ends signalling and media; resolves when both are over. Never rejects. */
  close(reason: HangupReason = normalClearing): Promise<void> {
    this.#closed ??= this.#close(reason)
    return this.#closed
  }

  /** Tells the peer that it is over; the media goes on until `close`. */
  hangup(reason: HangupReason = normalClearing): Promise<void> {
    this.#hungUp ??= this.#signalling?.hangup(reason)
    return this.#hungUp ?? Promise.resolve()
  }

  async #close(reason: HangupReason): Promise<void> {
    const hungUp = this.hangup(reason)
    await this.#opened?.catch(() => {})
    this.#unlisten()
    this.#deps.media.close(this.id)
    await hungUp
  }

  #reoffer(offer: Uint8Array | undefined): { sdp: string } | { status: number } {
    if (this.#sdp === undefined || this.#audio === undefined) return { status: 491 }
    if (offer === undefined) return { sdp: this.#sdp.offer() }
    const answer = this.#sdp.answer(offer)
    if (!answer.ok) return { status: answer.status }
    this.#changed(answer.audio)
    return { sdp: answer.sdp }
  }

  #reanswered(answer: Uint8Array): boolean {
    const agreed = this.#sdp?.accept(answer)
    if (agreed?.ok !== true) return false
    this.#changed(agreed.audio)
    return true
  }

  #changed(audio: NegotiatedAudio): void {
    this.connect(audio)
    this.#watcher.changed(audio)
  }
}

/** Q.850 cause 16. */
export const normalClearing: HangupReason = { cause: 16, text: 'Normal call clearing' }

/** For a dialog that is refused before anybody listens to it. */
export const deaf: SignallingEvents = {
  ended: () => {},
  reoffer: () => ({ status: 481 }),
  reanswered: () => false,
  refer: () => ({ status: 481 }),
  dtmf: () => {},
}
