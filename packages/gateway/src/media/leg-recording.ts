import type { Clock, LegId, Random, RecordingId } from '#kernel'
import { samplesPerMs } from './caller-track.ts'
import type { FromMedia, RecordingSpec, SealedSummary } from './contract.ts'
import type { OpenRecorder, Recorder } from './deps.ts'
import { MediaError } from './media-error.ts'

/** The recorder of one leg: both directions, laid on the leg's timeline. */
export interface LegRecording {
  /** Resolves when the recording exists; rejects with `MediaError`. */
  start(spec: RecordingSpec, nowMs: number): Promise<void>
  /** `isSkipped`: whoever plays the recording is to skip what is silent. */
  pause(isSkipped?: boolean): void
  resume(): void
  /** Overwrites a stretch of a channel, by positions on the leg's timeline or the recording's own; what began before the recording is cut there. */
  redact(span: {
    readonly channel: 0 | 1
    readonly fromSamples: number
    readonly toSamples: number
    readonly why: string
    readonly of?: 'leg' | 'recording'
  }): void
  /** Everything of the channel before this was judged. */
  judged(channel: 0 | 1, throughSamples: number): void
  /** The leg's secure room silences the recording of its peer from now on, or did up to now: a recording that starts meanwhile knows too. */
  mark(kind: 'secure', on: boolean): void
  /** Resolves when everything is sealed and stored; rejects with `MediaError`. */
  stop(): Promise<SealedSummary>
  /** Audio of the caller (0) or to the caller (1), borrowed. */
  write(channel: 0 | 1, positionSamples: number, ulaw: Uint8Array): void
  /** Seals a recording that still runs because its leg ends, and reports it; never rejects. */
  endWithLeg(): Promise<void>
}

export function legRecording(options: {
  readonly leg: LegId
  readonly epochMs: number
  readonly clock: Clock
  readonly random: Random
  readonly openRecorder: OpenRecorder
  readonly post: (message: FromMedia) => void
}): LegRecording {
  const { clock, random, leg, post } = options
  let recorder: Recorder | undefined
  let recording: RecordingId | undefined
  let baseSamples = 0
  let secure = false

  return {
    async start(spec, nowMs) {
      if (recorder !== undefined)
        throw new MediaError('RECORDING_RUNNING', 'the leg is being recorded already')
      recording = spec.id
      baseSamples = Math.floor((nowMs - options.epochMs) * samplesPerMs)
      try {
        recorder = options.openRecorder(spec, {
          clock,
          random,
          onFailure(code, sealed) {
            recorder = undefined
            post({ kind: 'record.failed', leg, recording: spec.id, code, sealed })
          },
          onMissed: (missed) => post({ kind: 'record.missed', leg, recording: spec.id, ...missed }),
        })
        if (secure) recorder.mark('secure', true)
        await recorder.ready
      } catch (cause) {
        recorder = undefined
        throw new MediaError('RECORDING_FAILED', 'the recording could not be started', { cause })
      }
    },
    pause: (isSkipped) => recorder?.pause(isSkipped),
    resume: () => recorder?.resume(),
    redact({ channel, fromSamples, toSamples, why, of }) {
      const base = of === 'recording' ? 0 : baseSamples
      recorder?.redact(channel, fromSamples - base, toSamples - base, why)
    },
    judged: (channel, throughSamples) => recorder?.judged(channel, throughSamples - baseSamples),
    mark(kind, on) {
      secure = on
      recorder?.mark(kind, on)
    },
    async stop() {
      const stopping = recorder
      recorder = undefined
      if (stopping === undefined) throw new MediaError('RECORDING_NONE', 'the leg is not being recorded')
      try {
        return await stopping.finish()
      } catch (cause) {
        throw new MediaError('RECORDING_FAILED', 'the recording failed before it was stopped', { cause })
      }
    },
    write(channel, positionSamples, ulaw) {
      if (recorder === undefined || positionSamples < baseSamples) return
      recorder.write(channel, positionSamples - baseSamples, ulaw)
    },
    async endWithLeg() {
      const stopping = recorder
      recorder = undefined
      // A recorder that failed has told so itself.
      const sealed = await stopping?.finish().catch(() => undefined)
      if (sealed === undefined || recording === undefined) return
      post({ kind: 'record.failed', leg, recording, code: 'LEG_CLOSED', sealed })
    },
  }
}
