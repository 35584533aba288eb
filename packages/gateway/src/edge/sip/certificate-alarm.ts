import type { Clock, Log } from '#kernel'
import { certificateExpires } from './events.ts'

/** A certificate that runs out soon, or has. */
export interface CertificateExpiry {
  /** `listener 5061`, `trunk acme`. */
  readonly certificate: string
  readonly notAfter: Date
  /** Whole days, rounded down; negative once it has run out. */
  readonly daysLeft: number
}

export interface WatchedCertificate {
  readonly certificate: string
  readonly notAfter: Date
}

const dayMs = 86_400_000
const alarmDays = [30, 14, 7, 1, 0]
const everyMs = 3_600_000

/**
 * Raises the alarm, once for each step and certificate, 30, 14, 7 days and 1 day before a certificate runs out, and when it has.
 * Looks at start and every hour, so that a machine that slept still tells.
 *
 * @param deps.certificates - Those in use now.
 */
export function certificateAlarm(deps: {
  readonly clock: Pick<Clock, 'now' | 'set'>
  readonly log: Log
  readonly certificates: () => readonly WatchedCertificate[]
  readonly onExpiry: (expiry: CertificateExpiry) => void
}): Disposable {
  const { clock, log } = deps
  /** The last step of each certificate in use. */
  let raised = new Map<string, number>()

  function look(): void {
    const before = raised
    raised = new Map()
    for (const { certificate, notAfter } of deps.certificates()) {
      const leftMs = notAfter.getTime() - clock.now()
      const step = alarmDays.findLast((days) => leftMs <= days * dayMs)
      if (step === undefined) continue
      const key = `${certificate} ${notAfter.getTime()}`
      raised.set(key, step)
      if ((before.get(key) ?? Infinity) <= step) continue
      const expiry = { certificate, notAfter, daysLeft: Math.floor(leftMs / dayMs) }
      certificateExpires(log, expiry)
      deps.onExpiry(expiry)
    }
  }
  const hourly = () => {
    look()
    cancel = clock.set(everyMs, hourly)
  }
  let cancel = clock.set(0, hourly)
  return { [Symbol.dispose]: () => cancel() }
}
