import { createId, type LegId, type RecordingId } from '#kernel'
import type { SealedSummary } from '#media'
import type { BegunRecording } from './deps.ts'
import type { Live } from './live.ts'

export interface Recorder {
  /** Starts the call's recording; a second start while one runs does nothing. */
  start(): Promise<void>
  pause(): void
  resume(): void
  /** Seals what there is; resolves when the object is complete and listed. */
  stop(): Promise<void>
  /** Seals what there is, for the audio goes away; the returned function goes on with another recording, should it stay after all. */
  suspend(): Promise<() => Promise<void>>
  /** Another leg became the first one: what was recorded is sealed, and a recording of its audio begins. */
  follow(): Promise<void>
}

interface Running {
  readonly id: RecordingId
  /** Whose audio it is. */
  readonly leg: LegId
  readonly entry: Live['receipt']['recordings'][number]
  paused: boolean
}

/** The recording of one call. The audit entry comes first: no entry, no recording. */
export function callRecorder(live: Live): Recorder {
  let running: Running | undefined
  let starting: Promise<void> | undefined
  const unlisten = live.onMedia((event) => {
    if (event.kind === 'record.failed' && event.recording === running?.id)
      void failed(event.code, event.sealed)
  })
  async function begin(): Promise<void> {
    const id = createId('rec', live.deps.clock.now(), live.deps.random)
    const begun = await keyed(id)
    if (begun === undefined) return
    const { spec, keyRef, listed } = begun
    try {
      await Promise.all([listed, live.audit('recording.starting', { recording: id, keyRef })])
    } catch (error) {
      spec.dataKey.fill(0)
      throw error
    }
    const entry = { id, keyRef, state: 'recording' as const, sha256: null, durationMs: null }
    const { leg } = live
    running = { id, leg, entry, paused: false }
    live.receipt.recordings.push(entry)
    try {
      await live.deps.media.startRecording(leg, spec)
    } catch (error) {
      // The call goes on: whether it may without a recording is the app's to say, and it is told.
      live.log.error('recording could not start', { recordingId: id, error })
      return settle('failed', undefined)
    } finally {
      spec.dataKey.fill(0)
    }
    live.story('recording.started', { recording: id, keyRef })
    void live.tell('recording.started', { recording_id: id })
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
      await live.tell(type, { recording_id: id, duration_ms: null, reason: code })
      return undefined
    }
  }
  async function settle(state: 'sealed' | 'failed', sealed: SealedSummary | undefined): Promise<void> {
    if (running === undefined) return
    const { id, entry } = running
    running = undefined
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
    })
    await live.tell(`recording.${state === 'sealed' ? 'completed' : 'failed'}`, {
      recording_id: id,
      duration_ms: entry.durationMs,
    })
  }
  async function failed(code: string, sealed: SealedSummary): Promise<void> {
    live.log.error('recording stopped by itself', { recordingId: running?.id, code })
    live.deps.count('recordings_failed', { code })
    await settle('failed', sealed)
  }
  const toggle = (pause: boolean) => {
    if (running === undefined || running.paused === pause) return
    running.paused = pause
    if (pause) live.deps.media.pauseRecording(running.leg)
    else live.deps.media.resumeRecording(running.leg)
    live.story(pause ? 'recording.paused' : 'recording.resumed', { recording: running.id })
  }
  const start = () => {
    if (running !== undefined) return Promise.resolve()
    starting ??= begin().finally(() => (starting = undefined))
    return starting
  }
  const stop = async () => {
    await starting?.catch(() => {})
    if (running === undefined) return
    try {
      await settle('sealed', await live.deps.media.stopRecording(running.leg))
    } catch (error) {
      live.log.error('recording could not be sealed to its end', { recordingId: running?.id, error })
      await settle('failed', undefined)
    }
    if (live.signal.aborted) unlisten()
  }
  const suspend = async () => {
    const { paused } = running ?? {}
    await stop()
    return async () => {
      if (paused === undefined || live.signal.aborted) return
      await start()
      if (paused) toggle(true)
    }
  }
  return {
    start,
    pause: () => toggle(true),
    resume: () => toggle(false),
    stop,
    suspend,
    async follow() {
      const goOn = await suspend()
      await goOn()
    },
  }
}
