import type { Clock, TenantId } from '#kernel'
import type { KeyContext } from './contract.ts'

export interface DataKeyCacheLimits {
  /** Keys that are held; each has 32 bytes. 0: none. */
  readonly keys: number
  readonly maxAgeMs: number
  /** Readings of one key before it is asked for again. */
  readonly uses: number
}

/** Plain data keys of objects that are read again and again. Bounded in number (so in bytes), age and uses; zeroed when they leave. */
export interface DataKeyCache {
  /** A copy, the caller's to zero. */
  get(context: KeyContext): Uint8Array | undefined
  /** How often something was forgotten. */
  readonly forgotten: number
  /** Keeps a copy, unless something was forgotten since `forgotten` was looked at: it may have been this key. */
  put(context: KeyContext, plain: Uint8Array, forgotten: number): void
  forget(tenant: TenantId, object?: string): void
}

interface Held {
  readonly context: KeyContext
  readonly plain: Uint8Array
  readonly sinceMs: number
  uses: number
}

export function dataKeyCache(clock: Clock, limits: DataKeyCacheLimits): DataKeyCache {
  const held = new Map<string, Held>()
  let forgotten = 0
  const drop = (object: string) => {
    held.get(object)?.plain.fill(0)
    held.delete(object)
  }
  /** The oldest stand first: those that are too old go, looked at or not. */
  const expire = () => {
    for (const [object, { sinceMs }] of held) {
      if (clock.monotonicMs() - sinceMs < limits.maxAgeMs) return
      drop(object)
    }
  }
  let cancel: (() => void) | undefined
  const arm = () => {
    cancel ??= clock.set(limits.maxAgeMs, () => {
      cancel = undefined
      expire()
      if (held.size > 0) arm()
    })
  }
  return {
    get({ tenant, purpose, object }) {
      expire()
      const found = held.get(object)
      if (found?.context.tenant !== tenant || found.context.purpose !== purpose) return undefined
      found.uses += 1
      const copy = new Uint8Array(found.plain)
      if (found.uses >= limits.uses) drop(object)
      return copy
    },
    get forgotten() {
      return forgotten
    },
    put(context, plain, since) {
      const { object } = context
      if (since !== forgotten) return
      if (limits.keys === 0 || limits.maxAgeMs === 0 || limits.uses <= 1) return
      drop(object)
      if (held.size >= limits.keys) drop(held.keys().next().value ?? '')
      held.set(object, { context, plain: new Uint8Array(plain), sinceMs: clock.monotonicMs(), uses: 1 })
      arm()
    },
    forget(tenant, object) {
      forgotten += 1
      for (const [name, one] of held)
        if (one.context.tenant === tenant && (object === undefined || object === name)) drop(name)
      if (held.size > 0) return
      cancel?.()
      cancel = undefined
    },
  }
}
