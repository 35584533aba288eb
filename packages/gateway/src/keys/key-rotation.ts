import type { Clock, Random, TenantId } from '#kernel'
import type { KeyPurpose } from './contract.ts'
import { asKeyError, KeyError } from './error.ts'
import type { OnKeyEvent } from './key-event.ts'
import type { KeyRows, TenantKeyRow } from './key-rows.ts'
import { keyRewrap, type RewrapProgress } from './key-rewrap.ts'
import { keyPurposes, newKeyRow, type KeyPlace, type TenantBook } from './tenant-book.ts'

/** Keys of one purpose that live at a time: each is open in memory, and asked for at the start. A century of quarters. */
const maxVersions = 400

export interface KeyRotation {
  /**
   * New keys for new objects, and a new version of the provider's own key where `purpose` is `all`; the hash root (`system`) stays. What
   * older keys wrapped still opens; `rewrap` frees it of them. Gives the new keys. Rejects with `KeyError`.
   */
  rotate(tenant: TenantId, purpose: KeyPurpose | 'all'): Promise<readonly TenantKeyRow[]>
  /**
   * Puts tenant keys under the newest version of their provider's key (or under another provider, where the configuration
   * names one now) and data keys under the newest tenant key, in batches, without touching an object; then destroys what nothing needs any more. Done again: goes on where it was. Rejects with `KeyError`.
   */
  rewrap(tenant: TenantId): Promise<RewrapProgress>
  /** Of the rewrap that runs or ran last since the start; undefined without one. */
  progress(tenant: TenantId): RewrapProgress | undefined
  /** When the oldest of the keys that seal now was made. */
  oldestKey(tenant: TenantId): Promise<Date | undefined>
}

export interface KeyRotationOptions {
  readonly rows: KeyRows
  readonly clock: Clock
  readonly random: Random
  readonly place: (tenant: TenantId) => KeyPlace
  readonly provider: (id: string) => KeyPlace['provider'] | undefined
  readonly onEvent: OnKeyEvent
  readonly spreadMs: number
  readonly book: TenantBook
}

export function keyRotation(o: KeyRotationOptions): KeyRotation {
  return {
    ...keyRewrap(o),
    rotate: (tenant, purpose) =>
      o.book.inTurn(tenant, async () => {
        o.book.ring(tenant) // closed keys are not rotated: their provider has to agree first
        if (purpose === 'all') await rotateProvider(o, tenant)
        const wanted = keyPurposes.filter((one) => one !== 'system' && (purpose === 'all' || purpose === one))
        const rotated = []
        for (const one of wanted) {
          const row = await rotateOne(o, tenant, one)
          if (row !== undefined) rotated.push(row)
        }
        await o.book.reload(tenant)
        return rotated
      }),
    async oldestKey(tenant) {
      const active = (await o.rows.keysOf(tenant)).filter(
        ({ state, purpose }) => state === 'active' && purpose !== 'system',
      )
      const made = active.map(({ created_at: at }) => at.getTime())
      return made.length === 0 ? undefined : new Date(Math.min(...made))
    },
  }
}

/** Undefined when another node rotated it just now. */
async function rotateOne(
  o: KeyRotationOptions,
  tenant: TenantId,
  purpose: KeyPurpose,
): Promise<TenantKeyRow | undefined> {
  const rows = await o.rows.keysOf(tenant)
  const old = rows.find((row) => row.purpose === purpose && row.state === 'active')
  if (old === undefined) return undefined
  const living = rows.filter((row) => row.purpose === purpose && row.state !== 'destroyed').length
  if (living >= maxVersions) throw new KeyError('KEY_LIMIT', 'too many keys of this purpose are still needed')
  const fresh = await newKeyRow(o, tenant, purpose, rows, o.spreadMs)
  if (!(await o.rows.replaceKey(old.id, fresh))) return undefined
  const { provider, id: key, version } = fresh
  o.onEvent({ kind: 'rotated', tenant, provider, purpose, key, version })
  return fresh
}

/** A provider that does not let us (its owner rotates it) does not keep the tenant's own keys from being rotated. */
async function rotateProvider(o: KeyRotationOptions, tenant: TenantId): Promise<void> {
  const { provider, key } = o.place(tenant)
  try {
    await provider.rotate(key)
  } catch (error) {
    const { code } = asKeyError(error)
    o.onEvent({ kind: 'provider-not-rotated', tenant, provider: provider.id, code })
  }
}
