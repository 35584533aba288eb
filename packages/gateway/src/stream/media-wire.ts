import { timingSafeEqual } from 'node:crypto'
import type { WireChoice } from '#kernel'
import type { StreamBand, StreamStart, StreamTarget, Track } from './contract.ts'
import { keptMessages, type KeptMessages } from './kept-messages.ts'
import { frameHeaderBytes, readFrame, writeFrame } from './media-frame.ts'
import { maxCommandBytes, mediaFromApp, type MediaFromApp } from './media-messages.ts'
import { mediaOptions, type MediaOptions } from './media-options.ts'
import { sessionStart, type MediaSession } from './media-start.ts'
import { tracksOf } from './twilio-writer.ts'
import { decoder, isWide, type AudioForm, type Decode } from './wire-audio.ts'
import { audioOf, readRecord } from './wire-json.ts'
import { wireTrack, type WireTrack } from './wire-track.ts'
import type { AppMessage, MarkState, Notice, Outgoing, StreamWire, WireResume } from './wire.ts'

export const mediaProtocol = 'voxkeep.media.v1'

const plainFrameMs = 20
/** What is kept for an app that comes back covers its time away, and what was on its way when it left. */
const underWayMs = 5_000
/** Marks, keys and the like, beside the audio; a label may be long, and all of them together are not. */
const keptBeside = 256
const keptBesideBytes = 256 * 1_024

/** Our own wire: JSON in text messages, audio in binary ones. Says everything that the gateway knows; goes on over another connection. */
export function mediaWire(
  choice: WireChoice,
  start: StreamStart,
  direction: StreamTarget['direction'],
  band: StreamBand,
): StreamWire {
  const parsed = mediaOptions.safeParse(choice.options)
  const options = parsed.success ? parsed.data : mediaOptions.parse({})
  return new MediaWire({ about: choice.about, start, direction, options, band })
}

class MediaWire implements StreamWire {
  readonly subprotocol = mediaProtocol
  readonly resume?: WireResume
  readonly isWide: boolean
  readonly #session: MediaSession
  readonly #options: MediaOptions
  readonly #newDecoder: () => Decode
  #decode: Decode
  readonly #tracks: Readonly<Record<Track, WireTrack>> | undefined
  readonly #kept: KeptMessages | undefined
  readonly #resumeId: string
  #seq = 0
  #appSeq = 0
  /** The end of the call's audio so far. */
  #nowMs = 0
  #lostAtMs = 0
  #begun = false
  #isAway = false
  #isSecure = false
  #sentMs = 0
  #receivedBytes = 0

  constructor(session: MediaSession) {
    this.#session = session
    const { options, about, direction } = session
    this.#options = options
    const form = formOf(options)
    this.isWide = isWide(form)
    this.#newDecoder = () => decoder(form, session.band.saysWide)
    this.#decode = this.#newDecoder()
    const isPlain = form.encoding === 'ulaw' && options.frame_ms === plainFrameMs
    const track = () => wireTrack({ form, chunkMs: options.frame_ms, fill: options.frame_ms > plainFrameMs })
    this.#tracks = isPlain ? undefined : { inbound: track(), outbound: track() }
    this.#resumeId = typeof about['resume_id'] === 'string' ? about['resume_id'] : ''
    if (options.resume_ms === 0 || options.framing === 'raw' || this.#resumeId === '') return
    const frames = ((options.resume_ms + underWayMs) / options.frame_ms) * tracksOf(direction).length
    const frameBytes = frameHeaderBytes + wireBytesPerMs(form) * options.frame_ms
    this.#kept = keptMessages(
      Math.ceil(frames) + keptBeside,
      Math.ceil(frames) * frameBytes + keptBesideBytes,
    )
    this.resume = { windowMs: options.resume_ms, lost: () => this.#lost() }
  }

  begin(): readonly Outgoing[] {
    const resume = this.resume && {
      id: this.#resumeId,
      window_ms: this.resume.windowMs,
      resumed: this.#begun,
      last_seq: this.#appSeq,
    }
    const seq = this.#begun ? 0 : ++this.#seq
    const isSecure = this.#isSecure
    const start = sessionStart(this.#session, { seq, nowMs: this.#nowMs, isSecure, resume })
    if (!this.#begun) this.#kept?.keep(seq, start, this.#nowMs)
    this.#begun = true
    return [start]
  }

  audio(track: Track, ulaw: Uint8Array, timestampMs: number, wide?: Int16Array): Outgoing | undefined {
    const ms = ulaw.length / bytesPerMs
    this.#nowMs = Math.max(this.#nowMs, timestampMs + ms)
    this.#sentMs += ms
    if (this.#tracks === undefined) return this.#frame(track, ulaw, timestampMs)
    const piece = this.#tracks[track].push(ulaw, timestampMs, wide)
    return piece === undefined ? undefined : this.#frame(track, piece.bytes, piece.timestampMs)
  }

  dtmf(digit: string, durationMs: number): Outgoing | undefined {
    return this.#say({ type: 'dtmf', digit, duration_ms: Math.round(durationMs), masked: false })
  }

  mark(name: string, state: MarkState, playedMs: number): Outgoing | undefined {
    return this.#say({ type: 'mark', name, state, played_ms: playedMs })
  }

  tell(notice: Notice): Outgoing | undefined {
    switch (notice.kind) {
      case 'message':
        return this.#say(notice.message)
      case 'playback':
        return this.#say({ type: 'playback', state: notice.state, buffered_ms: notice.bufferedMs })
      case 'privacy':
        return this.#privacy(notice)
      case 'gap':
        return this.#gap(notice.track, notice.fromMs, notice.toMs, notice.why)
      case 'warning':
        return this.#say({ type: 'warning', code: notice.code })
    }
  }

  #privacy(notice: Extract<Notice, { kind: 'privacy' }>): Outgoing | undefined {
    const { state, why: reason } = notice
    switch (state) {
      case 'secure':
      case 'open':
        this.#isSecure = state === 'secure'
        return this.#say({
          type: 'privacy',
          state: `secure_capture_${this.#isSecure ? 'started' : 'ended'}`,
          reason,
        })
      case 'held':
        return this.#say({ type: 'privacy', state: 'audio_held', reason })
      case 'overwritten': {
        const { track, fromMs, toMs } = notice
        const where = { track, from_ms: fromMs, to_ms: toMs }
        return this.#say({ type: 'privacy', state: 'audio_overwritten', reason, ...where })
      }
    }
  }

  stop(why: string): readonly Outgoing[] {
    const rest = Object.entries(this.#tracks ?? {}).map(([name, track]) => {
      const piece = track.flush()
      return (
        piece && this.#frame(name === 'outbound' ? 'outbound' : 'inbound', piece.bytes, piece.timestampMs)
      )
    })
    const stats = {
      messages_sent: this.#seq,
      audio_sent_ms: Math.round(this.#sentMs),
      audio_received_ms: Math.round(this.#receivedBytes / bytesPerMs),
    }
    const stop = this.#say({ type: 'session.stop', reason: why, duration_ms: Math.round(this.#nowMs), stats })
    return [...rest, stop].filter((message) => message !== undefined)
  }

  read(payload: Buffer, isText: boolean): readonly AppMessage[] {
    return isText ? this.#readText(payload) : this.#readAudio(payload)
  }

  #readAudio(payload: Buffer): readonly AppMessage[] {
    const frame = this.#options.framing === 'raw' ? { seq: 0, audio: payload } : readFrame(payload)
    if (frame === undefined) return this.#fault('not-a-frame', 'this binary message is no audio frame')
    if (!this.#isNew(frame.seq)) return []
    const said = this.#decode(frame.audio)
    this.#receivedBytes += said.ulaw.length
    return audioOf(said)
  }

  #readText(payload: Buffer): readonly AppMessage[] {
    if (payload.length > maxCommandBytes) return this.#fault('too-long', 'this message is too long')
    const parsed = mediaFromApp.safeParse(readRecord(payload))
    if (!parsed.success) return this.#fault('not-understood', 'this message is none of the protocol')
    return this.#isNew(parsed.data.seq) ? this.#take(parsed.data) : []
  }

  #take(message: MediaFromApp): readonly AppMessage[] {
    switch (message.type) {
      case 'mark':
        return [{ kind: 'mark', name: message.name }]
      case 'clear': {
        const { id } = message
        this.#decode = this.#newDecoder() // half a sample that waits is not the first half of another
        const reply = (droppedMs: number) =>
          this.#say({ type: 'cleared', id, dropped_ms: Math.round(droppedMs) })
        return [{ kind: 'clear', reply }]
      }
      case 'command': {
        const { id, commands } = message
        const refusal = (code: string) => this.#say({ type: 'ack', id, status: 'refused', code })
        return [{ kind: 'said', message: { id, commands }, refusal }]
      }
      case 'resume':
        return this.#resumed(message.resume_id, message.last_seq)
    }
  }

  #resumed(id: string, lastSeq: number): readonly AppMessage[] {
    if (!this.#isAway || this.#kept === undefined || !isSame(id, this.#resumeId))
      return this.#fault('nothing-to-resume', 'there is nothing to resume under this id')
    this.#isAway = false
    const { messages, isWhole, fromMs } = this.#kept.after(Math.max(0, lastSeq))
    const gap = isWhole
      ? undefined
      : this.#gap('inbound', Math.min(this.#lostAtMs, fromMs ?? this.#nowMs), fromMs ?? this.#nowMs, 'resume')
    return [{ kind: 'resumed', messages: gap === undefined ? messages : [...messages, gap] }]
  }

  #lost(): void {
    this.#isAway = true
    this.#lostAtMs = this.#nowMs
  }

  /** A message that came twice, for its app could not know that it came, counts once. */
  #isNew(seq: number): boolean {
    if (seq === 0) return true
    if (seq <= this.#appSeq) return false
    this.#appSeq = seq
    return true
  }

  #gap(track: Track, fromMs: number, toMs: number, cause: string): Outgoing | undefined {
    return this.#say({ type: 'gap', track, from_ms: Math.round(fromMs), to_ms: Math.round(toMs), cause })
  }

  #fault(code: string, title: string): readonly AppMessage[] {
    const error = this.#say({ type: 'error', code, title, status: 400 })
    return error === undefined
      ? [{ kind: 'ignored' }]
      : [{ kind: 'reply', message: error }, { kind: 'ignored' }]
  }

  #frame(track: Track, audio: Uint8Array, timestampMs: number): Outgoing | undefined {
    if (this.#options.framing === 'raw') return new Uint8Array(audio)
    const seq = ++this.#seq
    return this.#keep(seq, writeFrame(track, seq, timestampMs, audio))
  }

  #say(message: object): Outgoing | undefined {
    const seq = ++this.#seq
    return this.#keep(seq, JSON.stringify({ ...message, seq, t_ms: Math.round(this.#nowMs) }))
  }

  #keep(seq: number, message: Outgoing): Outgoing | undefined {
    this.#kept?.keep(seq, message, this.#nowMs)
    return this.#isAway ? undefined : message
  }
}

const bytesPerMs = 8

function formOf({ encoding, rate }: MediaOptions): AudioForm {
  const encodings = { pcmu: 'ulaw', pcma: 'alaw', l16: 's16le' } as const
  return { encoding: encodings[encoding], rateHz: rate }
}

function wireBytesPerMs({ encoding, rateHz }: AudioForm): number {
  return (rateHz / 1_000) * (encoding === 'ulaw' || encoding === 'alaw' ? 1 : 2)
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)]
  return one.length === other.length && timingSafeEqual(one, other)
}
