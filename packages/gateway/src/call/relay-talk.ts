import { legPlayer, type LegPlayer } from './leg-player.ts'
import type { Live } from './live.ts'
import { sentences, type Sentences } from './sentences.ts'
import { speech } from './say.ts'
import { codeOf } from './transcript-out.ts'
import type { Interruptible } from './relay-wire.ts'

/** How words are said. */
export interface Manner {
  readonly language: string | undefined
  readonly voice: string | undefined
  readonly interruptible: Interruptible
  /** Gives way to whatever is said after it. */
  readonly preemptible: boolean
}

export interface Interruption {
  /** A prefix of what the app sent: as much of the utterance as the caller heard, up to a whole word. */
  readonly heard: string
  /** For so long they heard it. */
  readonly heardMs: number
  /** The app has more of it to send. */
  readonly isUnfinished: boolean
}

/** What is said to the caller in a conversation of text: token by token in, spoken sentence by sentence, before an utterance is whole. */
export interface RelayTalk {
  /** False: too much waits to be said, or it is closed. */
  text(token: string, isLast: boolean, manner: Manner): boolean
  /** Audio (µ-law, 8 kHz) in its place in the order; false as above. */
  audio(ulaw: Uint8Array, manner: Manner): boolean
  /**
   * Stops what is said and forgets what waits, where that may be interrupted so; undefined: nothing is said, or it may not.
   * What ended `agoMs` ago, before anything was said, interrupts nothing: some engines are late.
   */
  interrupt(by: 'keys' | 'speech', agoMs: number): Interruption | undefined
  /** At once; nothing more is said. */
  close(): void
}

export interface TalkEvents {
  /** A sentence goes to the voice now. */
  saying(text: string): void
  failed(code: string): void
}

/** Not spoken yet: some ten minutes of talk. */
const maxWaitingChars = 16_384
const maxWaitingAudioBytes = 4 * 1_024 * 1_024
/** About how long a character takes, where the voice has not said the sentence to its end. */
const msPerChar = 65

/** Everything between two `last`, or one sound. */
interface Utterance {
  readonly manner: Manner
}
/** What is asked of a voice at a time, and its place among what was queued for the leg. */
interface Piece {
  readonly utterance: Utterance
  readonly text: string
  readonly audio: Uint8Array | undefined
  fromMs: number | undefined
  toMs: number | undefined
}

export function relayTalk(live: Live, tell: TalkEvents): RelayTalk {
  return new Talk(live, tell)
}

class Talk implements RelayTalk {
  readonly #live: Live
  readonly #tell: TalkEvents
  readonly #player: LegPlayer
  readonly #cut: Sentences = sentences()
  /** The utterance that tokens still belong to. */
  #open: Utterance | undefined
  #waiting: Piece[] = []
  /** With a place: playing, or played in the utterance that is. */
  #placed: Piece[] = []
  /** Aborts what is asked of a voice. */
  #round = new AbortController()
  #isPumping = false
  #isClosed = false
  /** When it began to talk, after silence. */
  #sinceMs = 0

  constructor(live: Live, tell: TalkEvents) {
    this.#live = live
    this.#tell = tell
    this.#player = legPlayer(live)
  }

  /** Something is said, or will be. */
  get #isTalking(): boolean {
    return this.#isPumping || this.#waiting.length > 0 || this.#player.playedMs < this.#player.queuedMs
  }

  text(token: string, isLast: boolean, manner: Manner): boolean {
    if (this.#isClosed) return false
    if (this.#open === undefined) this.#makeWay()
    const utterance = (this.#open ??= { manner })
    const waiting = this.#waiting.reduce((sum, { text }) => sum + text.length, 0)
    if (waiting + token.length > maxWaitingChars) return false
    for (const text of this.#cut.push(token)) this.#add({ utterance, text })
    if (!isLast) return true
    const text = this.#cut.flush()
    if (text !== undefined) this.#add({ utterance, text })
    this.#open = undefined
    return true
  }

  audio(ulaw: Uint8Array, manner: Manner): boolean {
    if (this.#isClosed) return false
    const waiting = this.#waiting.reduce((sum, { audio }) => sum + (audio?.length ?? 0), 0)
    if (waiting + ulaw.length > maxWaitingAudioBytes) return false
    this.#makeWay()
    this.#add({ utterance: { manner }, text: '', audio: ulaw })
    return true
  }

  interrupt(by: 'keys' | 'speech', agoMs: number): Interruption | undefined {
    const { playedMs } = this.#player
    const current = this.#placed.find(({ toMs }) => toMs === undefined || toMs > playedMs) ?? this.#waiting[0]
    if (!this.#isTalking || current === undefined) return undefined
    if (this.#live.deps.clock.monotonicMs() - agoMs < this.#sinceMs) return undefined
    const { interruptible } = current.utterance.manner
    if (interruptible !== 'any' && interruptible !== by) return undefined
    const isUnfinished = this.#open !== undefined
    const heard = { ...this.#heardOf(current.utterance, playedMs), isUnfinished }
    this.#stop()
    return heard
  }

  close(): void {
    this.#isClosed = true
    this.#stop()
  }

  /** What came before and gives way does so. */
  #makeWay(): void {
    const last = this.#waiting.at(-1) ?? this.#placed.at(-1)
    if (last?.utterance.manner.preemptible === true && this.#isTalking) this.#stop()
  }

  #stop(): void {
    this.#round.abort()
    this.#round = new AbortController()
    this.#waiting = []
    this.#placed = []
    this.#cut.flush()
    this.#open = undefined
    this.#player.stop()
  }

  #add(piece: { utterance: Utterance; text: string; audio?: Uint8Array }): void {
    this.#waiting.push({ audio: undefined, ...piece, fromMs: undefined, toMs: undefined })
    void this.#pump()
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return
    this.#isPumping = true
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#forgetPlayed(next.utterance)
      this.#placed.push(next)
      await this.#say(next, this.#round.signal)
    }
    this.#isPumping = false
  }

  async #say(piece: Piece, signal: AbortSignal): Promise<void> {
    const { text, audio, utterance } = piece
    const { language, voice } = utterance.manner
    if (audio === undefined && text.trim() === '') piece.fromMs = piece.toMs = this.#player.queuedMs
    else if (audio === undefined) this.#tell.saying(text)
    if (piece.toMs !== undefined) return
    try {
      const sound = audio === undefined ? speech(this.#live, { text, language, voice }, signal) : [audio]
      for await (const part of sound) {
        if (signal.aborted) return
        if (this.#player.playedMs >= this.#player.queuedMs)
          this.#sinceMs = this.#live.deps.clock.monotonicMs()
        piece.fromMs ??= this.#player.queuedMs
        if (!(await this.#player.push(part))) return
      }
    } catch (error) {
      if (!signal.aborted) this.#tell.failed(codeOf(error))
    } finally {
      piece.toMs = this.#player.queuedMs
      piece.fromMs ??= piece.toMs
    }
  }

  /** Bounded by what a call says at a time: utterances that were heard to their end are of no use any more. */
  #forgetPlayed(current: Utterance): void {
    const { playedMs } = this.#player
    const playing = this.#placed.find(({ toMs }) => toMs === undefined || toMs > playedMs)?.utterance
    this.#placed = this.#placed.filter(({ utterance, toMs = Infinity }) => {
      return utterance === current || utterance === playing || toMs > playedMs
    })
  }

  #heardOf(utterance: Utterance, playedMs: number): Omit<Interruption, 'isUnfinished'> {
    const pieces = this.#placed.filter((piece) => piece.utterance === utterance)
    const begunMs = pieces[0]?.fromMs ?? playedMs
    const heard = pieces.map((piece) => prefixOf(piece, playedMs))
    const firstCut = heard.findIndex((text, at) => text !== pieces[at]?.text)
    const whole = firstCut === -1 ? heard : heard.slice(0, firstCut + 1)
    return { heard: whole.join(''), heardMs: Math.round(Math.max(0, playedMs - begunMs)) }
  }
}

/** As much of its text as was played, up to a whole word. */
function prefixOf({ text, fromMs, toMs }: Piece, playedMs: number): string {
  if (fromMs === undefined || playedMs < fromMs) return ''
  if (toMs !== undefined && playedMs >= toMs) return text
  const lengthMs = Math.max(toMs === undefined ? text.length * msPerChar : toMs - fromMs, 1)
  const end = Math.floor((text.length * (playedMs - fromMs)) / lengthMs)
  return end >= text.length ? text : text.slice(0, text.lastIndexOf(' ', end) + 1)
}
