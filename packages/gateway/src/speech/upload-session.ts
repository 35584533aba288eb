import type { Word } from '@voxkeep/pii'
import { wait, type Clock } from '#kernel'
import { backoff } from './backoff.ts'
import type { SpeechSession, SpeechSink } from './contract.ts'
import type { CutOptions } from './cut-audio.ts'
import { lastingEnds, type LineEnd } from './line.ts'
import { pieceMaker, type Piece } from './piece-maker.ts'
import { codeOf, type SessionMeter } from './session.ts'
import { stitchWords } from './stitch-words.ts'
import type { Transcription } from './transcription.ts'

/** What became of one piece; times count from its beginning. */
export type Heard =
  | { readonly ok: true; readonly said: Transcription }
  | { readonly ok: false; readonly why: LineEnd }

export interface UploadDeps {
  readonly clock: Clock
  /** 0 to 1. */
  readonly chance: () => number
  readonly cut: CutOptions
  /** Audio kept that waits to be sent. */
  readonly bufferMs: number
  /** Failures in a row until it is over. */
  readonly attempts: number
  /** Never rejects. */
  readonly transcribe: (ulaw: Uint8Array, signal: AbortSignal) => Promise<Heard>
  readonly meter: SessionMeter
}

/** One voice over an engine that takes files: piece after piece, each until it is heard, its words stitched to those before. */
export function uploadSession(sink: SpeechSink, deps: UploadDeps): SpeechSession {
  return new Uploads(sink, deps)
}

class Uploads implements SpeechSession {
  readonly #sink: SpeechSink
  readonly #deps: UploadDeps
  readonly #pieces: ReturnType<typeof pieceMaker>
  readonly #queue: Piece[] = []
  readonly #retry: ReturnType<typeof backoff>
  readonly #over = new AbortController()
  readonly #finished = Promise.withResolvers<void>()
  #isFinishing = false
  #isBusy = false
  #segment = 0
  #throughMs = 0
  #state: 'up' | 'behind' | 'down' | undefined
  /** Words of the last piece from where the next one begins: it hears them again. */
  #pending: { readonly words: readonly Word[]; readonly fromMs: number; readonly toMs: number } | undefined

  constructor(sink: SpeechSink, deps: UploadDeps) {
    this.#sink = sink
    this.#deps = deps
    this.#retry = backoff(deps.chance)
    this.#pieces = pieceMaker(deps.cut)
  }

  audio(ulaw: Uint8Array, atMs: number): void {
    if (this.#over.signal.aborted || this.#isFinishing) return
    this.#add(this.#pieces.push(ulaw, atMs))
  }

  finish(timeoutMs: number): Promise<void> {
    if (this.#isFinishing || this.#over.signal.aborted) return this.#finished.promise
    this.#isFinishing = true
    const cancel = this.#deps.clock.set(timeoutMs, () => this.close())
    void this.#finished.promise.then(cancel)
    this.#add(this.#pieces.rest())
    if (!this.#isBusy) this.close()
    return this.#finished.promise
  }

  close(): void {
    if (this.#over.signal.aborted) return
    this.#over.abort(new Error('the session is over'))
    this.#queue.length = 0
    this.#deps.meter.ended()
    this.#finished.resolve()
  }

  #add(pieces: readonly Piece[]): void {
    this.#queue.push(...pieces)
    while (this.#queuedMs() > this.#deps.bufferMs && this.#queue.length > 1) this.#giveUp(this.#queue.shift())
    const lagMs = this.#pieces.endMs - this.#throughMs
    this.#deps.meter.lag(lagMs)
    if (this.#state === 'up' && this.#queue.length > 1) this.#tell('behind', 'SPEECH_BEHIND')
    if (!this.#isBusy && this.#queue.length > 0) void this.#run()
  }

  #queuedMs(): number {
    return this.#queue.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  }

  /** What this piece shares with the next one is not lost with it. */
  #giveUp(piece: Piece | undefined): void {
    if (piece === undefined) return
    const fromMs = Math.max(piece.fromMs, this.#pending?.toMs ?? 0)
    this.#release()
    if (piece.nextMs <= fromMs) return
    this.#deps.meter.lost(piece.nextMs - fromMs)
    this.#sink.lost(fromMs, piece.nextMs)
  }

  async #run(): Promise<void> {
    this.#isBusy = true
    for (let piece = this.#queue.shift(); piece !== undefined; piece = this.#queue.shift()) {
      const words = await this.#hear(piece)
      if (words === undefined) return // it is over
      this.#settle(piece, words)
    }
    this.#isBusy = false
    if (this.#isFinishing) {
      this.#release()
      this.close()
    } else this.#tell('up', 'SPEECH_CAUGHT_UP')
  }

  async #hear(piece: Piece): Promise<readonly Word[] | undefined> {
    if (piece.isQuiet) return []
    const { meter, attempts, transcribe, clock } = this.#deps
    const { signal } = this.#over
    for (;;) {
      const heard = await transcribe(piece.ulaw, signal)
      if (signal.aborted) return undefined
      if (heard.ok) {
        this.#retry.reset()
        meter.connected()
        this.#tell('up', 'SPEECH_CONNECTED')
        return placed(heard.said, piece)
      }
      meter.failed(heard.why)
      if (lastingEnds.has(heard.why)) return this.#give(codeOf(heard.why))
      if (this.#retry.failures + 1 >= attempts) return this.#give('SPEECH_GAVE_UP')
      this.#tell('down', codeOf(heard.why))
      await wait(clock, this.#retry.nextMs(), signal).catch(() => undefined)
      if (signal.aborted) return undefined
    }
  }

  #give(code: string): undefined {
    this.close()
    this.#sink.ended(code)
  }

  #settle(piece: Piece, words: readonly Word[]): void {
    const pending = this.#pending
    this.#pending = undefined
    const all =
      pending === undefined
        ? words
        : stitchWords(pending.words, words, { fromMs: pending.fromMs, toMs: pending.toMs })
    const isShared = piece.nextMs < piece.toMs
    const said = isShared ? all.filter(({ endMs }) => endMs <= piece.nextMs) : all
    if (isShared) {
      this.#pending = { words: all.slice(said.length), fromMs: piece.nextMs, toMs: piece.toMs }
    }
    this.#say(said)
    this.#through(Math.min(piece.nextMs, all[said.length]?.startMs ?? piece.nextMs))
  }

  /** Nothing hears the last words again: they are as they are. */
  #release(): void {
    const pending = this.#pending
    this.#pending = undefined
    if (pending === undefined) return
    this.#say(pending.words)
    this.#through(pending.toMs)
  }

  #say(words: readonly Word[]): void {
    if (words.length === 0 || this.#over.signal.aborted) return
    this.#deps.meter.words(words.length)
    this.#sink.words({ segment: this.#segment, final: true, words })
    this.#segment += 1
  }

  #through(ms: number): void {
    if (ms <= this.#throughMs || this.#over.signal.aborted) return
    this.#throughMs = ms
    this.#sink.through(ms)
  }

  #tell(state: 'up' | 'behind' | 'down', code: string): void {
    if (this.#state === state || this.#over.signal.aborted) return
    this.#state = state
    this.#sink.state(state, code)
  }
}

function placed({ words }: Transcription, { fromMs }: Piece): readonly Word[] {
  return words
    .map((word) => ({ ...word, startMs: fromMs + word.startMs, endMs: fromMs + word.endMs }))
    .toSorted((one, other) => one.startMs - other.startMs)
}
