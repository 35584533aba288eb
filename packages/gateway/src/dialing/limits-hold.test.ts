import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { fakeClock, type AppId, type TokenId } from '#kernel'
import { memoryUsageStore } from './memory-usage-store.ts'
import { dialingConfig, noon, openTestGuard } from './test-guard.ts'
import type { DialLease } from './types.ts'
import { dayOf } from './utc.ts'

const minute = 60_000
const appLimits = { concurrent: 3, perMinute: 5, minutesPerDay: 20, spendPerDay: 1 }
const tokenLimits = { concurrent: 2, perMinute: 3, minutesPerDay: 9 }
const tenantLimits = { concurrent: 4, perMinute: 7, minutesPerDay: 25, spendPerDay: 1.5 }
const prices = { '+12125550100': 0.04, '+442079460018': 0.11 }

type Number = keyof typeof prices
type Step =
  | { kind: 'call'; app: string; to: Number; token: string | undefined }
  | { kind: 'answer' | 'end'; leg: number }
  | { kind: 'wait'; ms: number }
  | { kind: 'crash' | 'store' }

/** A leg as this test keeps book of it, knowing nothing of the guard. */
interface Leg {
  readonly lease: DialLease
  readonly app: string
  readonly token: string | undefined
  readonly price: number
  readonly startedAtMs: number
  answeredAtMs?: number
  endedAtMs?: number
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('call' as const),
      app: fc.constantFrom('ivr', 'bot'),
      to: fc.constantFrom<Number[]>('+12125550100', '+442079460018'),
      token: fc.constantFrom(undefined, 'tok_1', 'tok_2'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('answer' as const, 'end' as const), leg: fc.nat(9) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(7 * minute) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('crash' as const, 'store' as const) }) },
)

test('admit() lets no order of calls, ends, crashes and store failures pass a limit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80 }), async (steps) => {
      const book = await openBook()
      for (const each of steps) {
        await book.take(each)
        book.check()
      }
    }),
    { numRuns: 150 },
  )
})

async function openBook() {
  const clock = fakeClock(noon)
  const store = memoryUsageStore()
  const legs: Leg[] = []
  const rates = Object.entries(prices).map(([prefix, perMinute]) => ({ prefix, perMinute }))
  const dialing = dialingConfig({ limits: appLimits, perToken: tokenLimits, rates })
  const apps = ['ivr', 'bot'].map((id) => ({ id, tenant: 'acme', dialing }))
  const open = () =>
    openTestGuard({}, { clock, store, apps, tenants: [{ id: 'acme', dialing: tenantLimits }] })
  let { ask } = await open()
  const up = () => legs.filter((leg) => leg.endedAtMs === undefined)
  /** As the calls do: a leg ends when its time is over. */
  const wait = async (ms: number) => {
    const untilMs = clock.now() + ms
    while (clock.now() < untilMs) {
      const dueMs = Math.min(
        untilMs,
        ...up().map((leg) => (leg.answeredAtMs ?? Infinity) + leg.lease.maxDurationMs),
      )
      clock.advance(Math.max(0, dueMs - clock.now()))
      for (const leg of up())
        if (leg.answeredAtMs !== undefined && clock.now() >= leg.answeredAtMs + leg.lease.maxDurationMs)
          await end(leg)
    }
  }
  const end = async (leg: Leg) => {
    leg.endedAtMs = clock.now()
    await leg.lease.ended()
  }
  const call = async ({ app, to, token }: Step & { kind: 'call' }) => {
    const startedAtMs = clock.now()
    const admission = await ask({ app: app as AppId, to, token: token as TokenId | undefined })
    if (admission.ok) legs.push({ lease: admission.lease, app, token, price: prices[to], startedAtMs })
  }
  return {
    async take(each: Step): Promise<void> {
      switch (each.kind) {
        case 'call': // several at once, as requests come
          return void (await Promise.all([call(each), call(each)]))
        case 'answer': {
          const leg = up()[each.leg]
          if (leg === undefined || leg.answeredAtMs !== undefined) return
          leg.answeredAtMs = clock.now()
          return leg.lease.answered()
        }
        case 'end': {
          const leg = up()[each.leg]
          return leg && end(leg)
        }
        case 'wait':
          return wait(each.ms)
        case 'store':
          store.gone = !store.gone
          return
        case 'crash':
          store.gone = false
          for (const leg of up()) leg.endedAtMs = clock.now()
          ;({ ask } = await open())
      }
    },
    check() {
      const nowMs = clock.now()
      for (const app of ['ivr', 'bot']) {
        checkScope(
          legs.filter((leg) => leg.app === app),
          appLimits,
          nowMs,
        )
        for (const token of ['tok_1', 'tok_2'])
          checkScope(
            legs.filter((leg) => leg.app === app && leg.token === token),
            tokenLimits,
            nowMs,
          )
      }
      checkScope(legs, tenantLimits, nowMs)
    },
  }
}

interface Limits {
  concurrent: number
  perMinute: number
  minutesPerDay: number
  spendPerDay?: number
}

function checkScope(legs: readonly Leg[], limits: Limits, nowMs: number): void {
  assert.ok(legs.filter((leg) => leg.endedAtMs === undefined).length <= limits.concurrent, 'concurrency')
  assert.ok(legs.filter((leg) => leg.startedAtMs > nowMs - minute).length <= limits.perMinute, 'rate')
  for (const day of new Set(legs.map((leg) => dayOf(leg.startedAtMs)))) {
    const ofDay = legs.filter((leg) => dayOf(leg.startedAtMs) === day)
    const usedMs = (leg: Leg) => (leg.endedAtMs ?? nowMs) - (leg.answeredAtMs ?? leg.endedAtMs ?? nowMs)
    const used = ofDay.reduce((sum, leg) => sum + usedMs(leg), 0)
    const spent = ofDay.reduce((sum, leg) => sum + (usedMs(leg) / minute) * leg.price, 0)
    assert.ok(used <= limits.minutesPerDay * minute, `${used} ms`)
    assert.ok(spent <= (limits.spendPerDay ?? Infinity) + 1e-9, `spent ${spent}`)
  }
}
