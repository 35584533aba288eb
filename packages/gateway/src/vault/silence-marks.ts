import type { RecordingMarks } from './recording-marks.ts'
import { skippedWhy } from './skipped-spans.ts'

/** Marks stretches in which nothing was recorded, by the samples at which they begin and end. Beginning or ending twice is nothing. */
export interface SilenceMarks {
  /** Neither channel is recorded from here; `isSkipped`: whoever plays it is to skip what is silent. */
  pause(at: number, isSkipped?: boolean): void
  resume(at: number): void
  /** The caller's channel is not, from here or up to here. */
  secure(isOn: boolean, at: number): void
  /** The recording ends here, and with it what goes on. */
  close(at: number): void
}

export function silenceMarks(marks: RecordingMarks): SilenceMarks {
  let paused: { readonly at: number; readonly why: string } | undefined
  let secureAt: number | undefined
  const resume = (at: number) => {
    if (paused !== undefined)
      for (const channel of [0, 1] as const) marks.add(channel, paused.at, at, 'paused', paused.why)
    paused = undefined
  }
  const secure = (isOn: boolean, at: number) => {
    if (isOn) return void (secureAt ??= at)
    if (secureAt !== undefined) marks.add(0, secureAt, at, 'secure', 'secure')
    secureAt = undefined
  }
  return {
    pause: (at, isSkipped = false) => void (paused ??= { at, why: isSkipped ? skippedWhy : 'paused' }),
    resume,
    secure,
    close(at) {
      resume(at)
      secure(false, at)
    },
  }
}
