/** RFC 3550 §4: seconds since 1900 and their fraction in 1/2^32, each modulo 2^32. */
export interface NtpTime {
  readonly ntpSeconds: number
  readonly ntpFraction: number
}

const secondsFrom1900To1970 = 2_208_988_800

export function ntpTime(unixMs: number): NtpTime {
  const seconds = unixMs / 1_000 + secondsFrom1900To1970
  const whole = Math.floor(seconds)
  return { ntpSeconds: whole >>> 0, ntpFraction: Math.floor((seconds - whole) * 2 ** 32) >>> 0 }
}

/** The middle 32 bits, in 1/65536 s: what LSR and DLSR count in. */
export function compactNtp(time: NtpTime): number {
  return ((time.ntpSeconds << 16) | (time.ntpFraction >>> 16)) >>> 0
}

/**
 * Round-trip time in milliseconds from a report block about us: RFC 3550 §6.4.1. `undefined` when the peer
 * has seen no report of ours, or its figures run backwards.
 *
 * @param nowCompact - `compactNtp` of the block's arrival, on the clock that wrote our reports.
 */
export function rttFrom(lastSr: number, delaySinceLastSr: number, nowCompact: number): number | undefined {
  if (lastSr === 0) return undefined
  const compact = (nowCompact - lastSr - delaySinceLastSr) | 0
  return compact < 0 ? undefined : (compact * 1_000) / 65_536
}
