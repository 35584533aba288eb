import type { KeyPress } from '@voxkeep/softphone'

const samplesPerMs = 8
const tailMs = 1_000 // for the last of the echo, or the app's last word
const firstKeyMs = 1_000
const keyEveryMs = 500

/** The keys of `--dtmf`, pressed one after the other. Throws an `Error` for a person to read. */
export function keyPresses(text: string): KeyPress[] {
  return Array.from(text.toUpperCase(), (digit, index) => {
    if (!isDigit(digit)) throw new Error(`--dtmf takes 0-9, *, # and A-D, not ${JSON.stringify(digit)}`)
    return { digit, atMs: firstKeyMs + index * keyEveryMs }
  })
}

function isDigit(text: string): text is KeyPress['digit'] {
  return /^[0-9*#A-D]$/.test(text)
}

/** How long to stay on the line: as asked, or until everything was said and every key pressed. */
export function talkMs(
  seconds: string | undefined,
  speechSamples: number,
  keys: readonly KeyPress[],
): number {
  if (seconds === undefined) {
    return Math.max(speechSamples / samplesPerMs, (keys.at(-1)?.atMs ?? 0) + keyEveryMs) + tailMs
  }
  const wanted = Number(seconds)
  if (!Number.isFinite(wanted) || wanted <= 0) throw new Error('--seconds is a number above 0')
  return wanted * 1_000
}
