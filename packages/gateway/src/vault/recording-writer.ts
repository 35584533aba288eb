import type { Clock, Random, RecordingId } from '#kernel'
import { sealedChunkBytes } from './cobblestone.ts'
import { VaultError, type VaultErrorCode } from './error.ts'
import { edgeSamples, type Mask } from './mask.ts'
import { nodeRecordingFs, partFile, type RecordingFs } from './part-file.ts'
import { parseRecordingHeader } from './recording-header.ts'
import { recordingMarks, type RecordingMark } from './recording-marks.ts'
import { recordingSealer } from './recording-sealer.ts'
import { recordingTimeline } from './recording-timeline.ts'
import { recordingLayout } from './section-layout.ts'
import { silenceMarks } from './silence-marks.ts'
import { spanList, type Span } from './span-list.ts'

/** What to seal, where, and with which key. */
export interface RecordingSpec {
  readonly id: RecordingId
  readonly path: string
  /** Made by `newRecording`. */
  readonly header: Uint8Array
  /** Zeroed as soon as the writer has derived its keys from it. */
  readonly dataKey: Uint8Array
  readonly fsyncMs: number
  /** Held back until it was judged; absent: sealed as it comes. */
  readonly hold?: RecordingHold | undefined
}

/** How a recording waits for whoever looks for what is sensitive in it. */
export interface RecordingHold {
  /** How long each sample waits to be judged, at most 60 s. It is in memory for that time and a chunk (1.024 s) more. */
  readonly maxMs: number
  /** What becomes of what was not judged in that time. */
  readonly unjudged: Mask | 'keep'
  /** What takes the place of what was found. */
  readonly mask: Mask
}

export interface SealedSummary {
  readonly bytes: number
  readonly segments: number
  readonly durationMs: number
  /** SHA-256 of the whole sealed object, lower-case hex. */
  readonly sha256: string
  /** In the order of their beginnings. */
  readonly marks: readonly RecordingMark[]
}

/** A stretch that was to be redacted when it was sealed already, as it was said: it can only be redacted after the fact. */
export interface MissedRedaction {
  readonly channel: 0 | 1
  readonly fromMs: number
  readonly toMs: number
  readonly why: string
}

export interface RecordingWriterOptions {
  readonly clock: Clock
  readonly random: Random
  readonly fs?: RecordingFs
  /** How long audio may come late before its place is sealed as silence. */
  readonly holdMs?: number
  /** Told once when the recording stopped by itself; `sealed` is what lies under the `.part` name. */
  readonly onFailure?: (code: VaultErrorCode, sealed: SealedSummary) => void
  readonly onMissed?: (missed: MissedRedaction) => void
}

export interface RecordingWriter {
  /** Resolves when the recording's file exists durably; rejects with `VaultError` when it cannot be made. */
  readonly ready: Promise<void>
  /** Writes whose audio, wholly or partly, came after its place was sealed, or while its time was paused. */
  readonly late: number
  /** Writes refused for a position that time has not reached. */
  readonly refused: number
  /**
   * Lays µ-law audio (8 kHz) at its place: `positionSamples` counts from the start of the recording, the same on both
   * channels. `ulaw` is borrowed. Never throws, never waits.
   */
  write(channel: 0 | 1, positionSamples: number, ulaw: Uint8Array): void
  /**
   * Overwrites a stretch of a channel, which may lie in the future. What of it is sealed already is told by `onMissed`. What lies before
   * the recording, and further in the future than audio may, is cut off.
   */
  redact(channel: 0 | 1, fromSamples: number, toSamples: number, why: string): void
  /** Everything of the channel before this was judged: it may be sealed. Of no use without a hold. */
  judged(channel: 0 | 1, throughSamples: number): void
  /** Marks what the leg's secure room silences, from now on or up to now. */
  mark(kind: 'secure', on: boolean): void
  /** From here to `resume` both channels are silent, whatever is written; `isSkipped`: whoever plays it is to skip that. */
  pause(isSkipped?: boolean): void
  resume(): void
  /** Seals what is left and gives the file its name. Rejects with `VaultError` when the recording failed. Again: the same promise. */
  finish(): Promise<SealedSummary>
}

const samplesPerMs = 8
const maxHoldMs = 60_000
const defaultHoldMs = 250
/** Audio may run this far from the clock: ten seconds cover the drift of a day-long call and any stall worth surviving. */
const slackSamples = 10_000 * samplesPerMs
/** Silence at the end that is worth keeping: shorter is the gap between the last packet and the hang-up. */
const tailSamples = 1_000 * samplesPerMs
/** Sealed audio that may wait for the disk: about a minute of it. */
const maxQueuedBytes = 64 * sealedChunkBytes

/**
 * Seals a recording as it happens. Audio in clear exists in this object's ring only, for about two seconds or as long as it is held back, and
 * never on a disk. What a crash finds in the ring is gone.
 */
export function recordingWriter(spec: RecordingSpec, o: RecordingWriterOptions): RecordingWriter {
  const info = parseRecordingHeader(spec.header)
  if (info?.recording !== spec.id || info.keys !== 1)
    throw new VaultError('VAULT_TAMPERED', 'the header does not belong to the recording')
  const sealer = recordingSealer(info, spec.header, spec.dataKey, o.random)
  const startMs = o.clock.monotonicMs()

  let state: 'open' | 'finishing' | 'failed' = 'open'
  let late = 0
  let refused = 0
  let paused = false
  let silentBefore = 0 // nothing is laid down before this: it belongs to a pause
  let allowed = 0 // samples that time had reached, slack included, when it was last looked at
  const marks = recordingMarks()
  const silences = silenceMarks(marks)

  const part = partFile(spec.path, o.fs ?? nodeRecordingFs, maxQueuedBytes, (cause) =>
    fail('VAULT_WRITE_FAILED', cause),
  )
  const summary = (): SealedSummary => {
    const layout = recordingLayout(Math.max(0, part.written - sealer.start.length))
    const samples = layout.plainBytes / 2
    return {
      bytes: part.written,
      segments: layout.chunks,
      durationMs: Math.round(samples / samplesPerMs),
      sha256: part.sha256(),
      marks: marks.list(samples),
    }
  }
  let failure: VaultError | undefined
  const fail = (code: VaultErrorCode, cause?: unknown) => {
    if (failure) return
    failure = new VaultError(code, 'the recording stopped by itself', { cause })
    state = 'failed'
    stopTicking()
    timeline.wipe()
    sealer.wipe()
    silences.close(elapsedSamples())
    void part.abandon().then(() => o.onFailure?.(code, summary()))
  }
  const append = (sealed: Uint8Array) => {
    if (failure) return
    if (!part.push(sealed)) return fail('VAULT_OVERLOADED')
    if (spec.fsyncMs === 0) part.sync()
  }
  const { hold } = spec
  const timeline = recordingTimeline({
    lateSamples: Math.min(o.holdMs ?? defaultHoldMs, 1_000) * samplesPerMs, // the ring has room for one second
    hold: hold && {
      maxSamples: Math.round(Math.min(Math.max(0, hold.maxMs), maxHoldMs) * samplesPerMs),
      unjudged: hold.unjudged,
    },
    mask: hold?.mask ?? 'silence',
    onChunk: (chunk) => append(sealer.seal(chunk)),
    onUnjudged: (channel, { from, to }) =>
      marks.add(channel, from, to, 'unjudged', hold?.unjudged === 'keep' ? 'kept' : 'not judged in time'),
  })
  part.push(sealer.start)

  const elapsedSamples = () => Math.floor((o.clock.monotonicMs() - startMs) * samplesPerMs)
  const tick = () => {
    timeline.advance(elapsedSamples() - slackSamples)
    part.sync()
    stopTicking = o.clock.set(tickMs, tick)
  }
  const tickMs = Math.max(spec.fsyncMs, 1_000)
  let stopTicking = o.clock.set(tickMs, tick)

  const isReached = (end: number): boolean => {
    if (end <= allowed) return true
    allowed = elapsedSamples() + slackSamples
    return end <= allowed
  }
  const finish = async (): Promise<SealedSummary> => {
    if (failure) throw failure
    stopTicking()
    const elapsed = elapsedSamples()
    const end = elapsed - timeline.newest > tailSamples ? elapsed : timeline.newest
    silences.close(end)
    const rest = timeline.finish(end)
    append(sealer.finish(rest))
    timeline.wipe()
    sealer.wipe()
    if (failure) throw failure
    state = 'finishing'
    await part.publish()
    return summary()
  }
  let finished: Promise<SealedSummary> | undefined
  return {
    ready: part.created,
    get late() {
      return late
    },
    get refused() {
      return refused
    },
    write(channel, positionSamples, ulaw) {
      if (state !== 'open') return
      const end = positionSamples + ulaw.length
      if ((positionSamples | 0) !== positionSamples || positionSamples < 0 || !isReached(end)) {
        refused += 1
        return
      }
      if (paused) return timeline.advance(end)
      const skip = silentBefore - positionSamples
      if (skip > 0) {
        late += 1
        if (skip < ulaw.length) timeline.write(channel, silentBefore, ulaw.subarray(skip))
      } else if (!timeline.write(channel, positionSamples, ulaw)) late += 1
    },
    redact(channel, fromSamples, toSamples, why) {
      const from = Math.max(0, Math.floor(fromSamples))
      const to = Math.min(Math.ceil(toSamples), elapsedSamples() + slackSamples)
      if (state !== 'open' || !(from < to)) return // not a number is no stretch either
      const late = timeline.redact(channel, from, to)
      for (const span of without(late, from, to)) marks.add(channel, span.from, span.to, 'redacted', why)
      for (const span of late)
        o.onMissed?.({
          channel,
          // What is overwritten beside it fades from its samples: that goes with it.
          fromMs: Math.floor(Math.max(from, span.from - edgeSamples) / samplesPerMs),
          toMs: Math.ceil(Math.min(to, span.to + edgeSamples) / samplesPerMs),
          why,
        })
    },
    judged(channel, throughSamples) {
      if (state === 'open') timeline.judged(channel, throughSamples)
    },
    mark(_, on) {
      const now = elapsedSamples()
      if (state === 'open') silences.secure(on, on ? Math.min(timeline.newest, now) : now)
    },
    pause(isSkipped) {
      silences.pause(Math.min(timeline.newest, elapsedSamples()), isSkipped)
      paused = true
    },
    resume() {
      if (!paused) return
      // What was said while paused may still be on its way here.
      silentBefore = Math.max(timeline.newest, elapsedSamples())
      paused = false
      silences.resume(silentBefore)
    },
    finish: () => (finished ??= finish()),
  }
}

/** What is left of `from` up to `to` without `holes`, which are in order. */
function without(holes: readonly Span[], from: number, to: number): Span[] {
  const list = spanList(holes.length + 1, 'forget')
  for (const hole of holes) list.add(hole.from, hole.to)
  return list.uncovered(from, to)
}
