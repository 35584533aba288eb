import type { AudioCodec, NegotiatedAudio } from '@voxkeep/wire/sdp'
import { conditionWatch, type Condition } from './condition-watch.ts'
import type { HearingWatch } from './hearing-watch.ts'
import { heardMos, nothingReceived, sinceThen, type Reception } from './quality.ts'
import type { RtcpSession } from './rtcp-session.ts'

/** How good the audio of one leg is, and what is told of it. */
export interface LegQuality {
  /** Takes what SDP agrees now. */
  configure(audio: NegotiatedAudio): void
  /** One frame of audio that the peer sent, µ-law, borrowed. */
  heard(ulaw: Uint8Array): void
  /** Call it every now and then; tells a condition when it changed and the change lasts. */
  check(nowMs: number): void
  /** Of what we hear, over the whole call; undefined until there is audio. */
  readonly mos: number | undefined
}

export interface LegQualityOptions {
  readonly rtcp: Pick<RtcpSession, 'packetsIn' | 'lost' | 'holes' | 'rttMs'>
  readonly hearing: HearingWatch
  readonly late: () => number
  /** What putting packets in order adds to their way. */
  readonly bufferMs: () => number
  readonly tell: (condition: Condition, mos: number | null) => void
}

const windowMs = 5_000
const frameMs = 20
/** One frame of a caller's noise in ten seconds of digital silence is still a mute line. */
const audibleFrames = 3

export function legQuality(options: LegQualityOptions): LegQuality {
  return new Quality(options)
}

class Quality implements LegQuality {
  readonly #options: LegQualityOptions
  readonly #watch = conditionWatch()
  #codec: AudioCodec = 'PCMU'
  #ptimeMs = frameMs
  #rests = false
  #silentFrames = 0
  #audibleRun = 0
  #then: Reception = nothingReceived
  #windowEndsMs: number | undefined
  #recentMos: number | undefined

  constructor(options: LegQualityOptions) {
    this.#options = options
  }

  configure({ codec, ptimeMs, direction }: NegotiatedAudio): void {
    this.#codec = codec
    this.#ptimeMs = ptimeMs
    this.#rests = direction !== 'sendrecv'
    this.#options.hearing.reset()
    this.#silentFrames = 0
  }

  heard(ulaw: Uint8Array): void {
    if (isDigitalSilence(ulaw)) {
      this.#silentFrames += 1
      this.#audibleRun = 0
      return
    }
    this.#audibleRun += 1
    if (this.#audibleRun >= audibleFrames) this.#silentFrames = 0
  }

  check(nowMs: number): void {
    this.#windowEndsMs ??= nowMs + windowMs
    if (nowMs >= this.#windowEndsMs) this.#endWindow(nowMs)
    const { hearing, tell } = this.#options
    const oneWay = !this.#rests && hearing.oneWay
    const muteMs = this.#rests ? 0 : this.#silentFrames * frameMs
    const recentMos = this.#rests ? undefined : this.#recentMos
    const told = this.#watch.check({ oneWay, muteMs, recentMos }, nowMs)
    if (told !== undefined) tell(told, this.#recentMos ?? this.mos ?? null)
  }

  get mos(): number | undefined {
    return heardMos(this.#now(), this.#delayMs(), this.#codec)
  }

  #endWindow(nowMs: number): void {
    this.#windowEndsMs = nowMs + windowMs
    const now = this.#now()
    this.#recentMos = heardMos(sinceThen(now, this.#then), this.#delayMs(), this.#codec)
    this.#then = now
  }

  #now(): Reception {
    const { packetsIn, lost, holes } = this.#options.rtcp
    return { received: packetsIn, lost, holes, late: this.#options.late() }
  }

  /** From the peer's mouth to whoever listens here. */
  #delayMs(): number {
    const { rtcp, bufferMs } = this.#options
    return (rtcp.rttMs ?? 0) / 2 + this.#ptimeMs + bufferMs()
  }
}

/** Every sample the same: no microphone does that. The two zeros of µ-law count as one. */
function isDigitalSilence(ulaw: Uint8Array): boolean {
  const first = (ulaw[0] ?? 0) | 0x80
  for (const code of ulaw) if ((code | 0x80) !== first) return false
  return true
}
