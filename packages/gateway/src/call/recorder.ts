import { createId, type LegId, type RecordingId } from '#kernel'
import type { SealedSummary } from '#media'
import { marksDigest, skippedMs, skippedSpans } from '#vault'
import type { EventAddress } from './command-parts.ts'
import type { CallCommand } from './commands.ts'
import type { BegunRecording } from './deps.ts'
import type { Live } from './live.ts'
import { missedSpans, redactionSpans, redactLater, type MissedSpans } from './recorder-redaction.ts'

export interface Recorder {
  /** Starts the call's recording; a second start while one runs does nothing. `events`: where what becomes of it is told. */
  start(events?: EventAddress): Promise<void>
  /** Starts it for as long as a command needs it; resolves with whether that began it, for none ran and none was about to. */
  borrow(events?: EventAddress): Promise<boolean>
  /** Whoever began it by `borrow` needs it no longer: it stops, unless `start` asked for it meanwhile; resolves with whether it did. */
  giveBack(): Promise<boolean>
  /** The recording that runs, and whether it is silent: paused, or barred; undefined while none does. */
  readonly running:
    | { readonly id: RecordingId; readonly isSilent: boolean; readonly startedMs: number }
    | undefined
  /** `skip`: whoever plays the recording may skip what is silent. While it is barred it is silence in any case. */
  pause(behavior: 'silence' | 'skip'): void
  resume(): void
  /** Keeps the recording silent while those who must agree to it have not, whatever the app asks for; whether one runs. */
  bar(isBarred: boolean): boolean
  /** Seals what there is; resolves when the object is complete and listed. */
  stop(): Promise<void>
  /** Seals what there is, for the audio goes away; the returned function goes on with another recording, should it stay after all. */
  suspend(): Promise<() => Promise<void>>
  /** Overwrites a stretch of the running recording: at once, or, what is sealed already, soon after it ended. */
  redact(command: Extract<CallCommand, { type: 'redact' }>): void
  /** Another leg became the first one: what was recorded is sealed, and a recording of its audio begins. */
  follow(): Promise<void>
}

interface Running {
  readonly id: RecordingId
  /** Whose audio it is. */
  readonly leg: LegId
  readonly entry: Live['receipt']['recordings'][number]
  /** Waits to be judged before it is sealed. */
  readonly isHeld: boolean
  readonly mask: 'silence' | 'tone'
  /** Of `monotonicMs`. */
  readonly startedMs: number
  /** What was to be redacted when it was sealed already. */
  readonly missed: MissedSpans
  paused: false | 'silence' | 'skip'
}

/** The recording of one call. The audit entry comes first: no entry, no recording. */
export function callRecorder(live: Live): Recorder {
  let running: Running | undefined
  let starting: Promise<void> | undefined
  let stopping: Promise<void> | undefined
  let isBarred = false
  /** `start` asked for the one that runs. */
  let isWanted = false
  let toldTo: EventAddress | undefined
  const unlisten = live.onMedia((event) => {
    if (event.kind === 'record.failed' && event.recording === running?.id)
      void failed(event.code, event.sealed)
    if (event.kind === 'record.missed' && event.recording === running?.id) running.missed.add(event)
  })
  async function begin(): Promise<void> {
    const why = await live.consent.whyNot()
    if (why !== undefined) return refused(why)
    const allowed = await live.words.beforeRecording()
    if (!allowed.ok) return refused(allowed.why)
    const id = createId('rec', live.deps.clock.now(), live.deps.random)
    const begun = await keyed(id)
    if (begun === undefined) return
    const { keyRef, listed } = begun
    const spec = { ...begun.spec, ...(allowed.hold && { hold: allowed.hold }) }
    try {
      await Promise.all([listed, live.audit('recording.starting', { recording: id, keyRef })])
    } catch (error) {
      spec.dataKey.fill(0)
      throw error
    }
    const entry = { id, keyRef, state: 'recording' as const, sha256: null, durationMs: null }
    const { leg } = live
    const startedMs = live.deps.clock.monotonicMs()
    const { hold } = allowed
    const mask = hold?.mask ?? 'silence'
    const redaction = { isHeld: hold !== undefined, mask, missed: missedSpans(live, id, mask) }
    running = { id, leg, entry, ...redaction, startedMs, paused: false }
    live.receipt.recordings.push(entry)
    try {
      const started = live.deps.media.startRecording(leg, spec)
      if (isBarred) live.deps.media.pauseRecording(leg) // somebody joined meanwhile: not a word of theirs
      await started
    } catch (error) {
      // The call goes on: whether it may without a recording is the app's to say, and it is told.
      live.log.error('recording could not start', { recordingId: id, error })
      return settle('failed', undefined)
    } finally {
      spec.dataKey.fill(0)
    }
    live.consent.recording(!isBarred)
    live.story('recording.started', { recording: id, keyRef })
    void live.tell('recording.started', { recording_id: id }, toldTo)
  }
  /** Nobody is recorded who did not agree where they must; the app is told, and the call goes on. */
  async function refused(why: string): Promise<void> {
    live.deps.count('recordings_refused', { why })
    live.story('recording.refused', { code: why })
    await live.audit('recording.refused', { code: why })
    const data = { recording_id: null, duration_ms: null, reason: why }
    await live.tell('recording.refused', data, toldTo)
  }
  /** Without a key there is no recording, and the call goes on: whether it may is the app's to say, and it is told. */
  async function keyed(id: RecordingId): Promise<BegunRecording | undefined> {
    try {
      return live.deps.keep.beginRecording(live.id, live.tenant, id, live.deps.clock.now())
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      live.log.error('recording has no key', { recordingId: id, code, error })
      live.deps.count('recordings_failed', { code })
      live.receipt.recordings.push({ id, keyRef: 'none', state: 'failed', sha256: null, durationMs: null })
      const type = code === 'STREAM_ONLY' ? 'recording.refused' : 'recording.failed'
      live.story(type, { recording: id, code })
      await live.audit(type, { recording: id, code })
      await live.tell(type, { recording_id: id, duration_ms: null, reason: code }, toldTo)
      return undefined
    }
  }
  async function settle(state: 'sealed' | 'failed', sealed: SealedSummary | undefined): Promise<void> {
    if (running === undefined) return
    const { id, entry, missed, mask } = running
    running = undefined
    live.consent.recording(false)
    live.words.sealed(sealed?.marks ?? [])
    Object.assign(entry, { state, sha256: sealed?.sha256 ?? null, durationMs: sealed?.durationMs ?? null })
    await live.deps.keep.endRecording(id, { state, ...(sealed && { sealed }) })
    live.story(`recording.${state}`, {
      recording: id,
      durationMs: entry.durationMs,
      segments: sealed?.segments ?? 0,
    })
    await live.audit(`recording.${state}`, {
      recording: id,
      sha256: entry.sha256,
      durationMs: entry.durationMs,
      keyRef: entry.keyRef,
      marksSha256: sealed === undefined ? null : marksDigest(sealed.marks),
    })
    const type = state === 'sealed' ? 'recording.completed' : 'recording.failed'
    const skipped = skippedMs(skippedSpans(sealed?.marks ?? []))
    const told = {
      recording_id: id,
      duration_ms: entry.durationMs,
      ...(skipped > 0 && { skipped_ms: skipped }),
    }
    await live.tell(type, told, toldTo)
    await missed.written()
    if (state === 'sealed' && missed.list.length > 0)
      await redactLater(live, id, { spans: missed.list, mask })
  }
  async function failed(code: string, sealed: SealedSummary): Promise<void> {
    live.log.error('recording stopped by itself', { recordingId: running?.id, code })
    live.deps.count('recordings_failed', { code })
    await settleFailed(sealed)
  }
  /** Never rejects: nobody waits for a recording that failed by itself, and who stops one wants no more than its end. */
  async function settleFailed(sealed: SealedSummary | undefined): Promise<void> {
    await settle('failed', sealed).catch((error: unknown) => {
      live.log.error('a recording that failed could not be settled in full', { error })
    })
  }
  const hush = (isSilent: boolean, isSkipped = false) => {
    if (running === undefined) return
    if (isSilent) live.deps.media.pauseRecording(running.leg, isSkipped)
    else live.deps.media.resumeRecording(running.leg)
    live.consent.recording(!isSilent)
  }
  const bar = (wanted: boolean): boolean => {
    if (isBarred === wanted) return running !== undefined
    isBarred = wanted
    if (running === undefined) return false
    if (running.paused === false) hush(wanted)
    live.story(wanted ? 'recording.barred' : 'recording.unbarred', { recording: running.id })
    return true
  }
  const toggle = (pause: Running['paused']) => {
    if (running === undefined || (running.paused === false) === (pause === false)) return
    running.paused = pause
    if (!isBarred) hush(pause !== false, pause === 'skip')
    if (pause === false) live.story('recording.resumed', { recording: running.id })
    else live.story('recording.paused', { recording: running.id, behavior: pause })
  }
  /** Whether this began it. */
  const run = async (events: EventAddress | undefined, wanted: boolean): Promise<boolean> => {
    await stopping
    const isBegun = running === undefined && starting === undefined
    isWanted = wanted || (isWanted && !isBegun)
    if (isBegun) {
      toldTo = events
      starting = begin().finally(() => (starting = undefined))
    }
    await starting
    return isBegun
  }
  const seal = async () => {
    await starting?.catch(() => {})
    if (running === undefined) return
    try {
      await judged(running)
      await settle('sealed', await live.deps.media.stopRecording(running.leg))
    } catch (error) {
      live.log.error('recording could not be sealed to its end', { recordingId: running?.id, error })
      await settleFailed(undefined)
    }
    if (live.signal.aborted) unlisten()
  }
  const stop = () => {
    stopping ??= seal().finally(() => (stopping = undefined))
    return stopping
  }
  /** What was said is judged before it is sealed; what is said meanwhile is not recorded. */
  const judged = async ({ leg, paused, isHeld }: Running) => {
    if (!isHeld) return
    if (!live.signal.aborted && paused === false && !isBarred) live.deps.media.pauseRecording(leg)
    await live.words.beforeSealing()
  }
  const suspend = async () => {
    const { paused } = running ?? {}
    const wanted = isWanted
    await stop()
    return async () => {
      if (paused === undefined || live.signal.aborted) return
      await run(toldTo, wanted)
      toggle(paused)
    }
  }
  return {
    async start(events) {
      await run(events, true)
    },
    borrow: (events) => run(events, false),
    async giveBack() {
      if (isWanted) return false
      await stop()
      return true
    },
    get running() {
      if (running === undefined) return undefined
      const { id, paused, startedMs } = running
      return { id, isSilent: paused !== false || isBarred, startedMs }
    },
    bar,
    pause: toggle,
    resume: () => toggle(false),
    stop,
    suspend,
    redact(command) {
      if (running === undefined) return live.story('redact.refused', { code: 'RECORDING_NONE' })
      const elapsedMs = live.deps.clock.monotonicMs() - running.startedMs
      const spans = redactionSpans(command, elapsedMs)
      for (const span of spans) live.deps.media.redact(running.leg, span)
      live.story('redact', { recording: running.id, why: command.why })
    },
    async follow() {
      const goOn = await suspend()
      await goOn()
    },
  }
}
