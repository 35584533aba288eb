import { hearCaller, type CallerHearing, type HeardLine } from './hear-caller.ts'
import type { Live } from './live.ts'
import { ticks } from './ticks.ts'
import type { SaidAnswer, SpeechHooks } from './speech-answer.ts'

/** How it is listened: of a `gather` command. */
export interface ListenSettings {
  readonly language?: string | undefined
  readonly hints: readonly string[]
  /** How long nothing is said until what was said is whole. */
  readonly end_silence_ms: number
  /** From the first word on. */
  readonly max_speech_ms: number
  readonly partials?: object | undefined
}

const tickMs = 100
/** The engine's last words are waited for so long. */
const finishMs = 2_000
/** Said without a final result for so long: what there is has to do. */
const unfinishedMs = 5_000

/**
 * Hears what the caller says, by the engine and through the redaction of the app's privacy policy, until they have spoken and are silent, or spoke for too
 * long. Undefined: nobody can listen, and why is in the call's story. Never rejects.
 */
export function listenForSpeech(
  live: Live,
  settings: ListenSettings,
  hooks: SpeechHooks,
  signal: AbortSignal,
): Promise<SaidAnswer | undefined> {
  return new SpeechGathering(live, settings, hooks, signal).said
}

class SpeechGathering {
  readonly #live: Live
  readonly #settings: ListenSettings
  readonly #hooks: SpeechHooks
  readonly #signal: AbortSignal
  readonly #done = Promise.withResolvers<SaidAnswer | undefined>()
  readonly #lines: HeardLine[] = []
  #hearing: CallerHearing | undefined
  #firstMs: number | undefined
  #lastMs = 0
  #isUnfinished = false
  #isOver = false
  #cancelTick = () => {}

  constructor(live: Live, settings: ListenSettings, hooks: SpeechHooks, signal: AbortSignal) {
    this.#live = live
    this.#settings = settings
    this.#hooks = hooks
    this.#signal = signal
    this.#listen().catch((error: unknown) => {
      live.log.warn('nobody listens for what is said', { error })
      this.#unheard('FAILED')
    })
  }

  get said(): Promise<SaidAnswer | undefined> {
    return this.#done.promise
  }

  /** What was said so far is all. */
  finish = (): void => {
    if (this.#isOver) return
    this.#isOver = true
    this.#cancelTick()
    this.#signal.removeEventListener('abort', this.finish)
    const settle = () => this.#done.resolve(answerOf(this.#lines))
    const isWanted = !this.#signal.aborted && this.#firstMs !== undefined
    if (isWanted) this.#hearing?.finish(finishMs).then(settle, settle)
    else this.#hearing?.close()
    if (!isWanted || this.#hearing === undefined) settle()
  }

  async #listen(): Promise<void> {
    const { language, hints, partials } = this.#settings
    const asked = { what: 'gather', language, hints, partials: partials !== undefined } as const
    const opened = await hearCaller(this.#live, asked, {
      spoke: (said) => this.#spoke(said),
      line: (line) => this.#line(line),
      ended: (code) => this.#unheard(code),
    })
    if (!opened.ok) return this.#unheard(opened.why)
    if (this.#isOver) return opened.hearing.close()
    this.#hearing = opened.hearing
    if (this.#signal.aborted) return this.finish()
    this.#signal.addEventListener('abort', this.finish, { once: true })
    this.#tick()
  }

  #spoke({ final, endedMs }: { readonly final: boolean; readonly endedMs: number }): void {
    const now = this.#live.deps.clock.monotonicMs()
    this.#lastMs = Math.max(this.#lastMs, now - endedMs)
    this.#isUnfinished = !final
    if (this.#firstMs !== undefined || this.#isOver) return
    this.#firstMs = now
    this.#hooks.began()
  }

  #line(line: HeardLine): void {
    if (line.final) this.#lines.push(line)
    if (this.#settings.partials === undefined || this.#isOver) return
    const soFar = line.final ? this.#lines : [...this.#lines, line]
    this.#hooks.partial(soFar.map(({ text }) => text).join(' '))
  }

  #unheard(code: string): void {
    this.#live.story('gather.unheard', { code })
    this.#live.deps.count('gather_unheard', { code })
    this.finish()
  }

  #tick(): void {
    const { clock } = this.#live.deps
    this.#cancelTick = ticks(clock, tickMs, (isLate) => {
      if (!isLate && this.#isWhole(clock.monotonicMs())) this.finish()
    })
  }

  #isWhole(nowMs: number): boolean {
    if (this.#firstMs === undefined) return false
    const { end_silence_ms: endMs, max_speech_ms: maxMs } = this.#settings
    const silentMs = nowMs - this.#lastMs
    const isQuiet = silentMs >= endMs && (!this.#isUnfinished || silentMs >= unfinishedMs)
    return isQuiet || nowMs - this.#firstMs >= maxMs
  }
}

function answerOf(lines: readonly HeardLine[]): SaidAnswer | undefined {
  const [first] = lines
  if (first === undefined) return undefined
  const known = lines.flatMap(({ confidence }) => (confidence === undefined ? [] : [confidence]))
  const mean = known.reduce((sum, one) => sum + one, 0) / known.length
  return {
    text: lines.map(({ text }) => text).join(' '),
    confidence: known.length === 0 ? null : Math.round(mean * 100) / 100,
    language: first.language,
  }
}
