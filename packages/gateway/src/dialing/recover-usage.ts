import type { AppId } from '#kernel'
import { costOf } from './lease.ts'
import { rateWindowMs } from './meter.ts'
import type { Meters } from './meters.ts'
import type { DialingApp } from './open-dialing.ts'
import type { DialingDeps } from './types.ts'
import type { OpenDialLease } from './usage-store.ts'
import { dayOf, hourOf, rememberedDays } from './utc.ts'

const nothing = { ms: 0, micro: 0 }

/** Fills meters and paces with what the store remembers, and settles what a crash left open. The apps that are stopped. */
export async function recoverUsage(
  deps: DialingDeps,
  meters: Meters,
  apps: ReadonlyMap<AppId, DialingApp>,
): Promise<readonly AppId[]> {
  const nowMs = deps.clock.now()
  const oldestMs = nowMs - rememberedDays * 86_400_000
  const attemptsAfterMs = nowMs - rateWindowMs
  await deps.store.prune({ attemptsAfterMs, day: dayOf(oldestMs), hour: hourOf(oldestMs) })
  const usage = await deps.store.load({ attemptsAfterMs, day: dayOf(nowMs), hour: hourOf(oldestMs) })
  for (const { scope, day, usedMs, spentMicro } of usage.used)
    meters.named(scope)?.settle(day, nothing, { ms: usedMs, micro: spentMicro })
  for (const lease of usage.open) await settleLost(deps, meters, lease)
  for (const { scopes, startedAtMs } of usage.attempts) countAttempt(deps, meters, scopes, startedAtMs)
  for (const { app, hour, attempts, quiet } of usage.hours) {
    apps.get(app)?.velocity.count(hour, attempts)
    if (quiet > 0) apps.get(app)?.velocity.quieten(hour, quiet)
  }
  return usage.stopped.filter((app) => apps.has(app))
}

/** When it ended, nobody knows; it cannot have lasted longer than until now. */
async function settleLost({ store, clock, maxCallMs }: DialingDeps, meters: Meters, lease: OpenDialLease) {
  const usedMs = Math.min(maxCallMs, Math.max(0, clock.now() - lease.startedAtMs))
  const spentMicro = costOf(usedMs, lease.rateMicro)
  await store.settle(lease, usedMs, spentMicro)
  for (const scope of lease.scopes)
    meters.named(scope)?.settle(lease.day, nothing, { ms: usedMs, micro: spentMicro })
}

function countAttempt(
  { clock }: DialingDeps,
  meters: Meters,
  scopes: readonly string[],
  startedAtMs: number,
): void {
  const ageMs = Math.max(0, clock.now() - startedAtMs)
  for (const scope of scopes) {
    const meter = meters.named(scope)
    meter?.begin(clock.monotonicMs() - ageMs)
    meter?.end()
  }
}
