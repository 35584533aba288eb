import { fakeClock, type FakeClock, type TenantId } from '#kernel'
import type { KeyErrorCode } from './error.ts'
import { KeyError } from './error.ts'
import { fakeProvider, random, type FakeProvider } from './fake-provider.ts'
import type { KeyEvent } from './key-event.ts'
import { memoryKeyRows, type MemoryKeyRows } from './memory-key-rows.ts'
import { openTenantKeys, type OpenTenantKeys } from './open-tenant-keys.ts'

export const acme = 'acme' as TenantId
export const rival = 'rival' as TenantId

export interface Tenants {
  readonly clock: FakeClock
  readonly provider: FakeProvider
  /** Where the tenants may move to. */
  readonly other: FakeProvider
  readonly rows: MemoryKeyRows
  readonly events: KeyEvent[]
  readonly keys: OpenTenantKeys
  /** Another node, or the same one after a restart. */
  again(): OpenTenantKeys
  /** From now on the tenant's keys belong under `other`. */
  move(tenant: TenantId): void
}

export const limits = { recheckMs: 60_000, graceMs: 600_000, maxTenants: 10, maxSealedWhileDown: 3 }

/** Keys of tenants over a fake provider and rows in memory; each tenant has a key of its name. */
export function tenants(
  o: {
    readonly cache?: { keys: number; maxAgeMs: number; uses: number }
    readonly spreadMs?: number
    readonly limits?: Partial<typeof limits>
  } = {},
): Tenants {
  const clock = fakeClock()
  const [provider, other] = [fakeProvider(), fakeProvider('other')]
  const rows = memoryKeyRows()
  const events: KeyEvent[] = []
  const moved = new Set<TenantId>()
  const again = () =>
    openTenantKeys({
      rows,
      clock,
      random,
      place: (tenant) => ({ provider: moved.has(tenant) ? other : provider, key: tenant }),
      provider: (id) => [provider, other].find((one) => one.id === id),
      onEvent: (event) => void events.push(event),
      limits: { ...limits, ...o.limits },
      cache: o.cache ?? { keys: 10, maxAgeMs: 60_000, uses: 10 },
      spreadMs: o.spreadMs ?? 0,
    })
  return {
    clock,
    provider,
    other,
    rows,
    events,
    keys: again(),
    again,
    move: (tenant) => void moved.add(tenant),
  }
}

export const isCode = (code: KeyErrorCode) => (error: unknown) =>
  error instanceof KeyError && error.code === code
