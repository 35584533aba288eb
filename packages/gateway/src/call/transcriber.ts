import type { PiiType } from '@voxkeep/pii'
import type { RecordingHold, RecordingMark, StreamHold } from '#media'
import type { PrivacyPolicy } from '#privacy'
import type { SpeechEngine } from '#speech'
import type { CallCommand } from './commands.ts'
import { startListening, type Listening } from './listening.ts'
import type { Live } from './live.ts'
import { codeOf, openTranscriptOut, type TranscriptOut } from './transcript-out.ts'
import { languageOf, type Party } from './words-judge.ts'

/** How a recording that is about to start is to be held back. */
export type MayRecord =
  | { readonly ok: true; readonly hold?: RecordingHold }
  /** The policy wants no recording that nobody redacts. */
  | { readonly ok: false; readonly why: string }

/** Turns what is said on a call into words, by its app's privacy policy, and has taken out of recording and transcript what is found. */
export interface Transcriber {
  /** The app's `transcribe` command. */
  command(command: Extract<CallCommand, { type: 'transcribe' }>): Promise<void>
  /** The call was answered. */
  answered(): void
  /** A recording of the first leg is about to start: somebody listens from now on, where the policy wants what is recorded redacted. */
  beforeRecording(): Promise<MayRecord>
  /** A stream is about to open: how what it hears is to be held back, by the policy or because the app wants it; `NO_POLICY` where nobody would judge it. */
  beforeStream(asked: 'live' | 'held'): Promise<StreamHold | 'NO_POLICY' | undefined>
  /** A stream that was held back is over. */
  afterStream(): void
  /** Nobody may hear the call any more, but for a recording's sake. */
  silence(): void
  /** The recording is about to be sealed: resolves when what it holds is judged, or too late to be. */
  beforeSealing(): Promise<void>
  /** It is sealed; `marks` say what was done to it. */
  sealed(marks: readonly RecordingMark[]): void
  /** Another leg became the first one, or will: what was said on the old one is settled. */
  follow(): Promise<void>
  /** The call is over: waits, for a bounded time, for the last words, and seals the transcripts. Never rejects. */
  end(): Promise<void>
}

type Reason = 'call' | 'recording' | 'stream' | 'app'

interface Choice {
  readonly engine?: string | undefined
  readonly language?: string | undefined
}

export function callTranscriber(live: Live, o: { readonly stopRecording: () => Promise<void> }): Transcriber {
  const policy = live.deps.words.policyOf(live.app.config)
  if (policy === undefined) return deafTranscriber(live)
  return new LiveTranscriber(live, policy, o.stopRecording)
}

/** Where no policy says what becomes of what is heard, nobody listens. */
function deafTranscriber(live: Live): Transcriber {
  return {
    command: async ({ action }) => {
      if (action !== 'start') return
      live.story('transcription.refused', { code: 'NO_POLICY' })
      await live.tell('transcription.failed', { reason: 'NO_POLICY' })
    },
    answered: () => {},
    beforeRecording: async () => ({ ok: true }),
    beforeStream: async (asked) => (asked === 'held' ? 'NO_POLICY' : undefined),
    afterStream: () => {},
    silence: () => {},
    beforeSealing: async () => {},
    sealed: () => {},
    follow: async () => {},
    end: async () => {},
  }
}

class LiveTranscriber implements Transcriber {
  readonly #live: Live
  readonly #policy: PrivacyPolicy
  readonly #stopRecording: () => Promise<void>
  /** Why somebody listens. */
  readonly #reasons = new Set<Reason>()
  readonly #segments: Record<Party, number> = { caller: 0, agent: 0 }
  readonly #found = new Map<string, number>()
  #choice: Choice = {}
  #out: TranscriptOut | undefined
  #listening: Listening | undefined
  /** Who listened before. */
  #last: Listening | undefined
  #finishing: Promise<void> | undefined
  /** Who listens, or listened last. */
  #heardBy: { readonly engine: string; readonly language: string } | undefined
  #heldStreams = 0
  #silencedMs = 0
  #unjudgedMs = 0
  /** One thing at a time. */
  #turn: Promise<unknown> = Promise.resolve()
  #isOver = false

  constructor(live: Live, policy: PrivacyPolicy, stopRecording: () => Promise<void>) {
    this.#live = live
    this.#policy = policy
    this.#stopRecording = stopRecording
  }

  command(command: Extract<CallCommand, { type: 'transcribe' }>): Promise<void> {
    const { action, language, engine, expect, for_ms } = command
    switch (action) {
      case 'start':
        return this.#inTurn(() => this.#choose({ language, engine }))
      case 'stop':
        return this.#inTurn(() => this.#unwant('app', 'call'))
      case 'expect':
        if (expect !== undefined) this.#expect(expect, for_ms)
        return Promise.resolve()
    }
  }

  answered(): void {
    if (this.#policy.rules.listen !== 'calls') return
    this.#beside(async () => {
      if (!this.#isOver && (await this.#mayListen())) await this.#want('call')
    })
  }

  beforeRecording(): Promise<MayRecord> {
    const { rules } = this.#policy
    if (!rules.redact && rules.listen === 'asked') return Promise.resolve({ ok: true })
    return this.#inTurn(async () => {
      const code = await this.#want('recording')
      if (!rules.redact) return { ok: true }
      const { holdMs, mask } = rules
      if (code === undefined) return { ok: true, hold: { maxMs: holdMs, unjudged: rules.unjudged, mask } }
      if (rules.whenSpeechFails === 'stop-recording') return { ok: false, why: code }
      if (rules.whenSpeechFails === 'keep') return { ok: true }
      // Nobody will judge anything: nothing is to be heard.
      return { ok: true, hold: { maxMs: holdMs, unjudged: 'silence', mask } }
    })
  }

  /** When nobody can listen the hold stands all the same: nothing is judged then, and nothing heard. */
  async beforeStream(asked: 'live' | 'held'): Promise<StreamHold | 'NO_POLICY' | undefined> {
    const { redact, streamAudio, streamHoldMs: maxMs, mask } = this.#policy.rules
    if (streamAudio === 'live' && asked === 'live') return undefined
    if (!redact) return 'NO_POLICY'
    this.#heldStreams += 1
    await this.#inTurn(() => this.#want('stream'))
    return { maxMs, mask }
  }

  afterStream(): void {
    this.#heldStreams -= 1
    if (this.#heldStreams === 0) this.#beside(() => this.#unwant('stream'))
  }

  silence(): void {
    this.#beside(async () => {
      const isAsked = this.#reasons.has('app')
      await this.#unwant('app', 'call', 'stream')
      if (isAsked) await this.#refuseApp()
    })
  }

  async beforeSealing(): Promise<void> {
    const { redact, finishMs } = this.#policy.rules
    if (!redact) return
    await this.#finishing?.catch(() => {}) // whoever began it meets the failure
    await this.#listening?.settle(finishMs)
  }

  sealed(marks: readonly RecordingMark[]): void {
    for (const { kind, why, fromMs, toMs } of marks) {
      if (kind !== 'redacted' && kind !== 'unjudged') continue
      this.#silencedMs += toMs - fromMs
      if (kind === 'unjudged' || why === 'unheard') this.#unjudgedMs += toMs - fromMs
    }
    this.#report()
    this.#beside(() => this.#unwant('recording'))
  }

  follow(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#reasons.size === 0 || this.#listening?.leg === this.#live.first?.id) return
      await this.#hush()
      if (!this.#live.signal.aborted) await this.#listen()
    })
  }

  end(): Promise<void> {
    const done = this.#inTurn(async () => {
      this.#isOver = true
      // What is said while the last words are judged is heard by nobody.
      if (this.#policy.rules.redact && this.#listening !== undefined)
        this.#live.deps.media.pauseRecording(this.#listening.leg)
      await this.#hush()
      await this.#out?.close()
      this.#out = undefined
      this.#report()
    })
    return this.#settled(done)
  }

  /** What nobody waits for. */
  #beside(act: () => Promise<unknown>): void {
    void this.#settled(this.#inTurn(act))
  }

  async #settled(done: Promise<unknown>): Promise<void> {
    await done.catch((error: unknown) => {
      this.#live.log.error('what is said could not be followed in full', { error })
    })
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(act)
    this.#turn = done.catch(() => {})
    return done
  }

  /** Why nobody listens in spite of it; undefined: somebody does. */
  async #want(reason: Reason): Promise<string | undefined> {
    this.#reasons.add(reason)
    const current = this.#listening
    const isFit =
      current !== undefined && current.failed === undefined && current.leg === this.#live.first?.id
    if (isFit && !this.#isChanged()) return undefined
    await this.#hush()
    return this.#listen()
  }

  /** Without the consent that a policy wants for the app's streams nobody else hears the call either. */
  #mayListen(): Promise<boolean> {
    return this.#live.consent.mayStream()
  }

  /** What the app wants; where that cannot be had, whoever listened goes on. */
  async #choose(choice: Choice): Promise<void> {
    if (!(await this.#mayListen())) return this.#refuseApp()
    const [before, heardBy] = [this.#choice, this.#heardBy]
    this.#choice = choice
    const code = await this.#want('app')
    if (code === undefined || this.#isOver || !this.#reasons.has('recording')) return
    this.#choice = { ...before, ...heardBy }
    if ((await this.#want('recording')) === undefined) return
    // A recording runs that nobody judges: its hold silences it, where the policy says so.
    const { redact, whenSpeechFails, unjudged } = this.#policy.rules
    const isKept = whenSpeechFails === 'silence' && unjudged === 'keep'
    if (redact && (isKept || whenSpeechFails === 'stop-recording')) void this.#settled(this.#stopRecording())
  }

  #refuseApp(): Promise<void> {
    this.#live.story('transcription.refused', { code: 'CONSENT' })
    return this.#live.tell('transcription.failed', { reason: 'CONSENT' })
  }

  async #unwant(...reasons: readonly Reason[]): Promise<void> {
    for (const reason of reasons) this.#reasons.delete(reason)
    if (this.#reasons.size === 0 && this.#listening !== undefined) await this.#hush()
  }

  #isChanged(): boolean {
    const { rules } = this.#policy
    const { engine = rules.engine, language = rules.language } = this.#choice
    return engine !== this.#heardBy?.engine || language !== this.#heardBy.language
  }

  async #hush(): Promise<void> {
    const { rules } = this.#policy
    const listening = this.#listening
    this.#listening = undefined
    this.#finishing = listening?.finish(rules.finishMs)
    await this.#finishing
    this.#last = listening ?? this.#last
  }

  /** Listens to the first leg. An entry in the audit log says first who will hear it, and where that is. */
  async #listen(): Promise<string | undefined> {
    const live = this.#live
    if (this.#isOver || live.first === undefined) return 'CALL_ENDED'
    const { rules } = this.#policy
    const { engine: name = rules.engine, language = rules.language } = this.#choice
    const engine = live.deps.words.engine(name)
    if (engine === undefined) return this.#refused(name, 'ENGINE_UNKNOWN')
    const { kind, region = null, trainingOptOut } = engine.facts
    const facts = { policy: rules.id, engine: name, language }
    await live.audit('transcription.starting', { ...facts, kind, region, trainingOptOut })
    this.#out ??= await openTranscriptOut(live, { rules, engine: name, language })
    this.#heardBy = { engine: name, language }
    try {
      this.#listening = this.#start(engine, language, this.#out)
    } catch (error) {
      live.log.warn('speech is not listened to', { engine: name, code: codeOf(error), error })
      return this.#refused(name, codeOf(error))
    }
    this.#report()
    live.story('transcription.started', facts)
    void live.tell('transcription.started', { engine: name, language })
    return undefined
  }

  #start(engine: SpeechEngine, language: string, out: TranscriptOut): Listening {
    const live = this.#live
    const { rules } = this.#policy
    return startListening({
      live,
      leg: live.leg,
      judgedBefore: this.#last?.leg === live.leg ? this.#last.judgedMs : undefined,
      engine,
      rules,
      session: this.#policy.engine.session(languageOf(language) ?? rules.languages[0] ?? 'en'),
      review: this.#policy.engine.review,
      language,
      nowMs: out.nowMs,
      firstSegment: { ...this.#segments },
      tell: {
        lines: out.lines,
        found: ({ type }) => {
          this.#found.set(type, (this.#found.get(type) ?? 0) + 1)
          live.deps.count('pii_found', { type })
        },
        gap: (party, fromMs, toMs) => {
          live.deps.count('speech_gaps', { engine: engine.facts.id })
          out.gap(party, fromMs, toMs)
        },
        segment: (party, segment) => (this.#segments[party] = Math.max(this.#segments[party], segment + 1)),
        failed: (party, code) => this.#settled(this.#failed(engine.facts.id, party, code)),
      },
    })
  }

  /** The app learns why nothing is heard, the log what is done about it, and whoever watches the log is alarmed. */
  async #failed(engine: string, party: Party, code: string): Promise<void> {
    const live = this.#live
    const { whenSpeechFails: consequence } = this.#policy.rules
    live.deps.count('speech_failed', { engine, code })
    live.story('speech.failed', { engine, party, code, consequence })
    const stopped = consequence === 'stop-recording' ? this.#stopRecording() : undefined
    await live.audit('speech.failed', { engine, party, code, consequence }).catch(() => {})
    await live.tell('speech.failed', { engine, party, reason: code, policy: consequence })
    await stopped
  }

  async #refused(engine: string, code: string): Promise<string> {
    const live = this.#live
    live.deps.count('speech_failed', { engine, code })
    live.story('transcription.failed', { engine, code })
    const { whenSpeechFails: consequence } = this.#policy.rules
    await live.audit('speech.failed', { engine, party: null, code, consequence })
    await live.tell('transcription.failed', { engine, reason: code })
    return code
  }

  #expect(type: PiiType, forMs: number): void {
    this.#listening?.expect('caller', type, forMs)
  }

  #report(): void {
    if (this.#heardBy === undefined) return
    this.#live.receipt.redaction = {
      engine: this.#heardBy.engine,
      policy: this.#policy.rules.id,
      found: Object.fromEntries(this.#found),
      silencedMs: this.#silencedMs,
      unjudgedMs: this.#unjudgedMs,
    }
  }
}
