import type { RecordingMarks } from './recording-marks.ts'

/** Marks stretches in which nothing was recorded, by the samples at which they begin and end. Beginning or ending twice is nothing. */
export interface SilenceMarks {
  /** Neither channel is recorded from here. */
  pause(at: number): void
  resume(at: number): void
  /** The caller's channel is not, from here or up to here. */
  secure(isOn: boolean, at: number): void
  /** The recording ends here, and with it what goes on. */
  close(at: number): void
}

export function silenceMarks(marks: RecordingMarks): SilenceMarks {
  let pausedAt: number | undefined
  let secureAt: number | undefined
  const resume = (at: number) => {
    if (pausedAt !== undefined)
      for (const channel of [0, 1] as const) marks.add(channel, pausedAt, at, 'paused', 'paused')
    pausedAt = undefined
  }
  const secure = (isOn: boolean, at: number) => {
    if (isOn) return void (secureAt ??= at)
    if (secureAt !== undefined) marks.add(0, secureAt, at, 'secure', 'secure')
    secureAt = undefined
  }
  return {
    pause: (at) => void (pausedAt ??= at),
    resume,
    secure,
    close(at) {
      resume(at)
      secure(false, at)
    },
  }
}
