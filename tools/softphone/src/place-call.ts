import {
  acceptAnswer,
  answerOffer,
  createOffer,
  type AudioCapabilities,
  type LocalMedia,
  type NegotiatedAudio,
  type OfferState,
} from '@voxkeep/wire/sdp'
import { openCallMedia, type CallMedia } from './call-media.ts'
import { capabilities } from './capabilities.ts'
import type { CallEnd } from './call-end.ts'
import type { CallOptions, CallResult, KeyPress } from './call-options.ts'
import { systemClock, type SoftphoneClock } from './clock.ts'
import { heardAudio, type HeardAudio } from './heard-audio.ts'
import { localMedia } from './local-media.ts'
import type { CallHandlers, OutgoingCall } from './outgoing-call.ts'
import { uriOf } from './sip-names.ts'
import { openTrunk, type SipTrunk } from './sip-trunk.ts'
import { speechReader } from './speech.ts'

const maxHeardSamples = 5 * 60 * 8_000
const silence = new Int16Array(0)

/**
 * Places one call and resolves when it is over, however it went. Rejects with `SoftphoneError` `SOFTPHONE_CONNECT` when
 * there is no verified TLS connection to call over.
 */
export async function placeCall(options: CallOptions): Promise<CallResult> {
  const clock = options.clock ?? systemClock
  const trunk = await openTrunk(options, clock)
  const heard = heardAudio(maxHeardSamples)
  try {
    options.onEvent?.({ kind: 'connected', tls: trunk.tls })
    const media = await openCallMedia({
      address: trunk.local.address,
      clock,
      speech: speechReader(options.speech ?? silence),
      onHeard: (samples) => hear(options, heard, samples),
      ...(options.onPayload && { onPayload: options.onPayload }),
      ...(options.onSent && { onSent: options.onSent }),
      ...(options.onWire && { onWire: options.onWire }),
    })
    try {
      return await new PlacedCall(options, { clock, trunk, media, heard }).run()
    } finally {
      media.close()
    }
  } finally {
    trunk.close()
  }
}

function hear(options: CallOptions, heard: HeardAudio, samples: Int16Array): void {
  if (heard.samples === 0) options.onEvent?.({ kind: 'heard' })
  heard.add(samples)
  options.onHeard?.(samples)
}

interface Parts {
  readonly clock: SoftphoneClock
  readonly trunk: SipTrunk
  readonly media: CallMedia
  readonly heard: HeardAudio
}

/** One call from INVITE to its end. */
class PlacedCall {
  readonly #options: CallOptions
  readonly #parts: Parts
  readonly #over = Promise.withResolvers<CallEnd>()
  readonly #cancels: (() => void)[] = []
  readonly #local: LocalMedia
  readonly #caps: AudioCapabilities
  readonly #offer: { readonly sdp: string; readonly state: OfferState }
  #version = 1
  #call: OutgoingCall | undefined
  #startedMs = 0
  #setupMs: number | undefined
  #audio: NegotiatedAudio | undefined
  #fault: CallEnd | undefined

  constructor(options: CallOptions, parts: Parts) {
    this.#options = options
    this.#parts = parts
    this.#local = localMedia(parts.trunk.local.address, parts.media.rtpPort)
    this.#caps = capabilities(options)
    this.#offer = createOffer(this.#caps, this.#local)
  }

  async run(): Promise<CallResult> {
    const { from, to, auth, host, signal } = this.#options
    const { trunk, clock } = this.#parts
    const hangup = () => this.#call?.hangup()
    this.#startedMs = clock.monotonicMs()
    const setup = { from: uriOf(from, host), to: uriOf(to, host), offer: this.#offer.sdp }
    this.#call = trunk.call({ ...setup, ...(auth && { credentials: auth }) }, handlersOf(this))
    signal?.addEventListener('abort', hangup, { once: true })
    if (signal?.aborted) hangup()
    const end = await this.#over.promise
    signal?.removeEventListener('abort', hangup)
    for (const cancel of this.#cancels) cancel()
    return this.#result(this.#fault ?? end)
  }

  onRinging(status: number): void {
    this.#options.onEvent?.({ kind: 'ringing', status })
  }

  onAnswered(sdp: Uint8Array): void {
    const { clock, media } = this.#parts
    const answer = acceptAnswer(this.#offer.state, sdp)
    const srtpSuite = answer.ok ? answer.audio.srtp?.suite : undefined
    if (!answer.ok || srtpSuite === undefined) {
      const reason = answer.ok ? 'the answer is not encrypted' : answer.reason
      this.#fault = { why: 'answer-unusable', reason }
      return this.#call?.hangup()
    }
    const setupMs = clock.monotonicMs() - this.#startedMs
    this.#setupMs = setupMs
    this.#audio = answer.audio
    media.connect(answer.audio)
    this.#options.onEvent?.({ kind: 'answered', setupMs, srtpSuite })
    this.#schedule()
  }

  onReoffer(offer: Uint8Array): { ok: true; sdp: string } | { ok: false; status: number } {
    const version = this.#version + 1
    const answer = answerOffer(offer, this.#caps, { ...this.#local, version })
    if (!answer.ok) return answer
    this.#version = version
    this.#audio = answer.audio
    this.#parts.media.connect(answer.audio)
    return answer
  }

  onEnded(end: CallEnd): void {
    this.#options.onEvent?.({ kind: 'ended', end: this.#fault ?? end })
    this.#over.resolve(end)
  }

  #schedule(): void {
    const { dtmf = [], hangupAfterMs, onKeypad } = this.#options
    onKeypad?.((digit, by = 'rtp', durationMs = 100) => this.#press({ digit, by, durationMs }))
    for (const key of dtmf) this.#later(key.atMs, () => this.#press(key))
    if (hangupAfterMs !== undefined) this.#later(hangupAfterMs, () => this.#call?.hangup())
  }

  #later(delayMs: number, fire: () => void): void {
    this.#cancels.push(this.#parts.clock.set(delayMs, fire))
  }

  #press({ digit, durationMs = 100, by = 'rtp' }: Omit<KeyPress, 'atMs'>): void {
    switch (by) {
      case 'rtp':
        return this.#parts.media.press(digit, durationMs)
      case 'tone':
        return this.#parts.media.pressAloud(digit, durationMs)
      case 'info':
        return this.#call?.sendInfo(digit, durationMs)
      case 'info-dtmf':
        return this.#call?.sendInfo(digit, durationMs, 'application/dtmf')
    }
  }

  #result(end: CallEnd): CallResult {
    const { trunk, media, heard } = this.#parts
    const audio = this.#audio
    return {
      answered: audio !== undefined,
      tls: trunk.tls,
      end,
      stats: media.stats,
      heard: heard.join(),
      ...(this.#setupMs !== undefined && { setupMs: this.#setupMs }),
      ...(audio && { codec: audio.codec }),
      ...(audio?.srtp && { srtpSuite: audio.srtp.suite }),
    }
  }
}

/** The same as plain functions, which a trunk may copy. */
function handlersOf(call: PlacedCall): CallHandlers {
  return {
    onRinging: (status) => call.onRinging(status),
    onAnswered: (answer) => call.onAnswered(answer),
    onReoffer: (offer) => call.onReoffer(offer),
    onEnded: (end) => call.onEnded(end),
  }
}
