export type Condition = 'one-way' | 'mute' | 'poor' | 'fine'

/** What is known of a leg's audio at a moment. */
export interface Symptoms {
  readonly oneWay: boolean
  /** For how long packets have held digital silence only; 0 when they hold anything else. */
  readonly muteMs: number
  /** Of the last seconds; undefined when nothing came. */
  readonly recentMos: number | undefined
}

/** Tells the state of a leg's audio when it changes and the change lasts. A leg begins `fine`, which is not told. */
export interface ConditionWatch {
  /** The condition that the leg has from now on, or undefined when that is what it had. */
  check(symptoms: Symptoms, nowMs: number): Condition | undefined
}

const muteAfterMs = 10_000
const poorMos = 3
/** Above the limit for `poor`, so that a call on the edge does not flap. */
const recoveredMos = 3.3
/** How long a condition must last before it is told. One-way and mute audio were long in coming already. */
const lastingMs: Readonly<Record<Condition, number>> = { 'one-way': 0, mute: 0, poor: 10_000, fine: 5_000 }

export function conditionWatch(): ConditionWatch {
  let current: Condition = 'fine'
  let next: Condition = 'fine'
  let sinceMs = 0
  return {
    check(symptoms, nowMs) {
      const seen = diagnose(symptoms, current)
      if (seen !== next) {
        next = seen
        sinceMs = nowMs
      }
      if (next === current || nowMs - sinceMs < lastingMs[next]) return undefined
      current = next
      return current
    },
  }
}

function diagnose({ oneWay, muteMs, recentMos }: Symptoms, current: Condition): Condition {
  if (oneWay) return 'one-way'
  if (muteMs >= muteAfterMs) return 'mute'
  if (recentMos === undefined) return current === 'poor' ? 'poor' : 'fine'
  return recentMos < (current === 'poor' ? recoveredMos : poorMos) ? 'poor' : 'fine'
}
