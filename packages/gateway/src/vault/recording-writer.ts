import type { Clock, Random, RecordingId } from '#kernel'
import { cobblestoneLayout, cobblestoneSealer, sealedChunkBytes } from './cobblestone.ts'
import { VaultError, type VaultErrorCode } from './error.ts'
import { nodeRecordingFs, partFile, type RecordingFs } from './part-file.ts'
import { parseRecordingHeader, recordingContext } from './recording-header.ts'
import { recordingTimeline } from './recording-timeline.ts'

/** What to seal, where, and with which key. */
export interface RecordingSpec {
  readonly id: RecordingId
  readonly path: string
  /** Made by `newRecording`. */
  readonly header: Uint8Array
  /** Zeroed as soon as the writer has derived its keys from it. */
  readonly dataKey: Uint8Array
  readonly fsyncMs: number
}

export interface SealedSummary {
  readonly bytes: number
  readonly segments: number
  readonly durationMs: number
  /** SHA-256 of the whole sealed object, lower-case hex. */
  readonly sha256: string
}

export interface RecordingWriterOptions {
  readonly clock: Clock
  readonly random: Random
  readonly fs?: RecordingFs
  /** How long audio may come late before its place is sealed as silence. */
  readonly holdMs?: number
  /** Told once when the recording stopped by itself; `sealed` is what lies under the `.part` name. */
  readonly onFailure?: (code: VaultErrorCode, sealed: SealedSummary) => void
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
  /** From here to `resume` both channels are silent, whatever is written. */
  pause(): void
  resume(): void
  /** Seals what is left and gives the file its name. Rejects with `VaultError` when the recording failed. Again: the same promise. */
  finish(): Promise<SealedSummary>
}

const samplesPerMs = 8
const defaultHoldMs = 250
/** Audio may run this far from the clock: ten seconds cover the drift of a day-long call and any stall worth surviving. */
const slackSamples = 10_000 * samplesPerMs
/** Silence at the end that is worth keeping: shorter is the gap between the last packet and the hang-up. */
const tailSamples = 1_000 * samplesPerMs
/** Sealed audio that may wait for the disk: about a minute of it. */
const maxQueuedBytes = 64 * sealedChunkBytes

/** Seals a recording as it happens. Audio in clear exists in this object's ring only, for about two seconds, and never on a disk. */
export function recordingWriter(spec: RecordingSpec, o: RecordingWriterOptions): RecordingWriter {
  const info = parseRecordingHeader(spec.header)
  if (info?.recording !== spec.id)
    throw new VaultError('VAULT_TAMPERED', 'the header does not belong to the recording')
  const sealer = cobblestoneSealer(spec.dataKey, recordingContext(info, spec.header), o.random)
  spec.dataKey.fill(0)
  const startMs = o.clock.monotonicMs()
  const holdSamples = Math.min(o.holdMs ?? defaultHoldMs, 1_000) * samplesPerMs // the ring has room for one second

  let state: 'open' | 'finishing' | 'failed' = 'open'
  let late = 0
  let refused = 0
  let paused = false
  let silentBefore = 0 // nothing is laid down before this: it belongs to a pause
  let allowed = 0 // samples that time had reached, slack included, when it was last looked at

  const part = partFile(spec.path, o.fs ?? nodeRecordingFs, maxQueuedBytes, (cause) =>
    fail('VAULT_WRITE_FAILED', cause),
  )
  const summary = (): SealedSummary => {
    const layout = cobblestoneLayout(part.written - spec.header.length)
    return {
      bytes: part.written,
      segments: layout?.chunks ?? 0,
      durationMs: Math.round((layout?.plainBytes ?? 0) / (2 * samplesPerMs)),
      sha256: part.sha256(),
    }
  }
  let failure: VaultError | undefined
  const fail = (code: VaultErrorCode, cause?: unknown) => {
    if (failure) return
    failure = new VaultError(code, 'the recording stopped by itself', { cause })
    state = 'failed'
    stopTicking()
    timeline.wipe()
    void part.abandon().then(() => o.onFailure?.(code, summary()))
  }
  const append = (sealed: Uint8Array) => {
    if (failure) return
    if (!part.push(sealed)) return fail('VAULT_OVERLOADED')
    if (spec.fsyncMs === 0) part.sync()
  }
  const timeline = recordingTimeline(holdSamples, (chunk) => append(sealer.seal(chunk)))
  part.push(Buffer.concat([spec.header, sealer.header]))

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
    const rest = timeline.finish(end)
    append(sealer.finish(rest))
    timeline.wipe()
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
    pause() {
      paused = true
    },
    resume() {
      // What was said while paused may still be on its way here.
      if (paused) silentBefore = Math.max(timeline.newest, elapsedSamples())
      paused = false
    },
    finish: () => (finished ??= finish()),
  }
}
