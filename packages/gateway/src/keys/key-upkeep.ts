import type { Clock, TenantId } from '#kernel'
import type { OpenTenantKeys } from './open-tenant-keys.ts'

export interface KeyUpkeepOptions {
  readonly keys: Pick<OpenTenantKeys, 'tenants' | 'state' | 'oldestKey' | 'rotate' | 'rewrap'>
  readonly clock: Clock
  /** Age at which keys are rotated; 0: only on demand. */
  readonly rotateMs: number
  /** Resolves once a rotation is on the audit log: only then it happens. */
  readonly beforeRotate: (tenant: TenantId) => Promise<void>
  /** What went wrong with one tenant; the next round tries again. */
  readonly onError: (tenant: TenantId, error: unknown) => void
}

const everyMs = 3_600_000

/**
 * Rotates keys that are old enough and re-wraps what is under older ones: now, and every hour. What was due while nothing ran is
 * done at the start, and a rewrap that a crash stopped goes on. Disposing lets the tenant that is being looked after finish.
 */
export function startKeyUpkeep(o: KeyUpkeepOptions): AsyncDisposable {
  let ended = false
  let cancel = () => {}
  const isDue = async (tenant: TenantId): Promise<boolean> => {
    if (o.rotateMs === 0) return false
    const oldest = await o.keys.oldestKey(tenant)
    return oldest !== undefined && oldest.getTime() + o.rotateMs <= o.clock.now()
  }
  const lookAfter = async (tenant: TenantId) => {
    if (await isDue(tenant)) {
      await o.beforeRotate(tenant)
      await o.keys.rotate(tenant, 'all')
    }
    await o.keys.rewrap(tenant)
  }
  const round = async () => {
    for (const tenant of o.keys.tenants()) {
      if (ended || o.keys.state(tenant) !== 'open') continue
      await lookAfter(tenant).catch((error: unknown) => o.onError(tenant, error))
    }
    if (!ended) cancel = o.clock.set(everyMs, start)
  }
  let running = Promise.resolve()
  const start = () => void (running = round())
  start()
  return {
    async [Symbol.asyncDispose]() {
      ended = true
      cancel()
      await running
    },
  }
}
