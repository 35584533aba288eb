import type { Clock, Log, TrunkId } from '#kernel'
import type { Count } from './connection.ts'
import { trunkHealthChanged } from './events.ts'
import type { Trunk } from './trunk.ts'

export type TrunkState = 'unknown' | 'up' | 'down'

/** What came of asking a trunk's peer how it is. */
export type ProbeResult =
  | { readonly alive: true }
  /** `retryAfterMs`: how long the peer asked to be left alone. */
  | { readonly alive: false; readonly why: string; readonly retryAfterMs?: number }

export interface TrunkHealth extends Disposable {
  /** `down` also while the peer asked to be left alone. A trunk that is not probed, or unknown to us, is `up`. */
  of(trunk: TrunkId): TrunkState
  /** The peer refused a call of ours with 503: it is left alone for so long (at most ten minutes). */
  avoid(trunk: TrunkId, forMs: number): void
}

interface Condition {
  state: TrunkState
  /** Probes in a row that contradict the state. */
  contrary: number
  avoidedUntilMs: number
}

const maxAvoidedMs = 600_000 // a peer's Retry-After may not take a trunk out for good
const firstProbeMs = 1_000

/**
 * Probes trunks that calls are placed through, each at its own interval give or take a tenth, so that they do not come in step. It
 * takes `failures` in a row to go down and `successes` in a row to come back; the first success makes an unknown one `up`.
 *
 * @param deps.probe - Never rejects.
 */
export function trunkHealth(deps: {
  readonly trunks: readonly Trunk[]
  readonly clock: Pick<Clock, 'set' | 'monotonicMs'>
  /** In [0, 1). */
  readonly chance: () => number
  readonly probe: (trunk: Trunk) => Promise<ProbeResult>
  readonly log: Log
  readonly count: Count
  readonly onChange: (trunk: TrunkId, state: TrunkState) => void
}): TrunkHealth {
  const { clock, chance, count } = deps
  const conditions = new Map<TrunkId, Condition>()
  const timers = new Map<TrunkId, () => void>()
  let isClosed = false

  function settle(trunk: Trunk, condition: Condition, result: ProbeResult): void {
    count('trunk_probes', { trunk: trunk.id, result: result.alive ? 'alive' : result.why })
    if (!result.alive && result.retryAfterMs !== undefined) avoid(condition, result.retryAfterMs)
    const { failures = 1, successes = 1 } = trunk.outbound?.health ?? {}
    const seen: TrunkState = result.alive ? 'up' : 'down'
    condition.contrary = seen === condition.state ? 0 : condition.contrary + 1
    const enough = seen === 'down' ? failures : condition.state === 'unknown' ? 1 : successes
    if (seen === condition.state || condition.contrary < enough) return
    condition.state = seen
    condition.contrary = 0
    count('trunk_health_changes', { trunk: trunk.id, state: seen })
    trunkHealthChanged(deps.log, trunk.id, seen)
    deps.onChange(trunk.id, seen)
  }

  function avoid(condition: Condition, forMs: number): void {
    const untilMs = clock.monotonicMs() + Math.min(maxAvoidedMs, forMs)
    condition.avoidedUntilMs = Math.max(condition.avoidedUntilMs, untilMs)
  }

  function watch(trunk: Trunk, intervalMs: number): void {
    const condition: Condition = { state: 'unknown', contrary: 0, avoidedUntilMs: 0 }
    conditions.set(trunk.id, condition)
    const probeIn = (ms: number) => {
      if (!isClosed)
        timers.set(
          trunk.id,
          clock.set(ms, () => void probe()),
        )
    }
    const probe = async () => {
      const result = await deps.probe(trunk)
      if (isClosed) return
      settle(trunk, condition, result)
      const restMs = condition.avoidedUntilMs - clock.monotonicMs()
      probeIn(Math.max(intervalMs * (0.9 + 0.2 * chance()), restMs))
    }
    probeIn(firstProbeMs * (0.5 + 0.5 * chance()))
  }

  for (const trunk of deps.trunks) {
    const intervalMs = trunk.outbound?.health.intervalMs ?? 0
    if (intervalMs > 0) watch(trunk, intervalMs)
    else if (trunk.outbound) conditions.set(trunk.id, { state: 'up', contrary: 0, avoidedUntilMs: 0 })
  }
  return {
    of(trunk) {
      const condition = conditions.get(trunk)
      if (condition === undefined) return 'up'
      return condition.avoidedUntilMs > clock.monotonicMs() ? 'down' : condition.state
    },
    avoid(trunk, forMs) {
      const condition = conditions.get(trunk)
      if (condition) avoid(condition, forMs)
    },
    [Symbol.dispose]() {
      isClosed = true
      for (const cancel of timers.values()) cancel()
    },
  }
}
