import type { Word } from '@voxkeep/pii'
import type { SpeechEngine, SpeechRequest, SpeechSession } from '#speech'

/** One side of a leg while it is listened to. All times are milliseconds of the leg's timeline. */
export interface Voice {
  /** What was said, as the media plane reports it; borrowed. */
  heard(fromMs: number, ulaw: Uint8Array): void
  /** It is that late on the leg now; what nobody sent by then counts as heard, and the engine gets the silence that ends a sentence. */
  idle(nowMs: number): void
  /** Whether the engine has heard all there was, and said all the words in it. */
  readonly isThrough: boolean
  /** No more audio comes; resolves when the last words are in, or after `timeoutMs`. */
  finish(timeoutMs: number): Promise<void>
  close(): void
}

export interface VoiceEvents {
  words(said: { segment: number; final: boolean; words: readonly Word[]; language: string | undefined }): void
  through(ms: number): void
  /** Audio that the engine never heard. */
  lost(fromMs: number, toMs: number): void
  state(state: 'up' | 'behind' | 'down', code: string): void
  /** It is over for good; nothing is heard any more. */
  ended(code: string): void
}

const samplesPerMs = 8
/** Audio may be this late, on its way from a worker that has much to do, before its place counts as silent. */
export const idleMs = 1_000
/** Silence that an engine is given to end a sentence with. */
const maxSilenceMs = 5_000
const silence = new Uint8Array(samplesPerMs * 100).fill(0xff)

/** Opens a session with the engine. Throws what `engine.open` does: then nothing was sent. */
export function openVoice(engine: SpeechEngine, request: SpeechRequest, tell: VoiceEvents): Voice {
  /** The session counts from its first sample. */
  let baseMs: number | undefined
  let realEndMs = 0
  let fedEndMs = 0
  let engineMs = 0
  let quietMs = 0
  let toldMs = 0
  let isOver = false

  const session: SpeechSession = engine.open(request, {
    words({ segment, final, words, language }) {
      const from = baseMs ?? 0
      const placed = words.map((word) => ({
        ...word,
        startMs: word.startMs + from,
        endMs: word.endMs + from,
      }))
      tell.words({ segment, final, words: placed, language })
    },
    through(ms) {
      engineMs = Math.max(engineMs, ms + (baseMs ?? 0))
      advance()
    },
    lost: (fromMs, toMs) => tell.lost(fromMs + (baseMs ?? 0), toMs + (baseMs ?? 0)),
    state: (state, code) => tell.state(state, code),
    ended(code) {
      if (isOver) return
      isOver = true
      tell.ended(code)
    },
  })
  const feed = (ulaw: Uint8Array, atMs: number) => {
    baseMs ??= atMs
    session.audio(ulaw, atMs - baseMs)
    fedEndMs = atMs + ulaw.length / samplesPerMs
  }
  const through = () => (engineMs >= realEndMs ? Math.max(engineMs, quietMs) : engineMs)
  const advance = () => {
    if (through() <= toldMs || isOver) return
    toldMs = through()
    tell.through(toldMs)
  }
  return {
    get isThrough() {
      return engineMs >= realEndMs
    },
    heard(fromMs, ulaw) {
      if (isOver) return
      const toMs = fromMs + ulaw.length / samplesPerMs
      // Its place was given away already: whatever was said there is unknown.
      if (fromMs < Math.max(toldMs, fedEndMs)) return tell.lost(fromMs, toMs)
      feed(ulaw, fromMs)
      realEndMs = toMs
    },
    idle(nowMs) {
      const untilMs = nowMs - idleMs
      if (isOver || untilMs <= fedEndMs) return
      if (engineMs >= realEndMs) {
        quietMs = Math.max(quietMs, untilMs)
        return advance()
      }
      const endMs = Math.min(untilMs, realEndMs + maxSilenceMs)
      while (fedEndMs + silence.length / samplesPerMs <= endMs) feed(silence, fedEndMs)
    },
    async finish(timeoutMs) {
      await session.finish(timeoutMs)
      advance()
    },
    close() {
      isOver = true
      session.close()
    },
  }
}
