import type { Clock, TenantId } from '#kernel'
import { asKeyError, type KeyErrorCode } from './error.ts'
import type { OnKeyEvent } from './key-event.ts'
import type { KeyRows, ShredProof, TenantKeyRow } from './key-rows.ts'
import type { KeyPlace, TenantBook } from './tenant-book.ts'

export interface KeyShredding {
  /**
   * Deletes the data key of one object, for good: nobody reads the object again, wherever copies of it lie. Gives the proof for
   * the audit log, the first one when it was done before; undefined when there never was such a key.
   */
  shredObject(tenant: TenantId, object: string): Promise<ShredProof | undefined>
  /**
   * Destroys all keys of a tenant: nothing of it is read or kept again. The provider's key goes too, as soon as the provider
   * allows. Again: what the provider refused at first is tried again. The tenant's name stays burnt.
   */
  destroyTenant(tenant: TenantId): Promise<DestroyedTenant>
}

export interface DestroyedTenant {
  /** Hashes of the wrapped tenant keys that were destroyed now. */
  readonly keys: readonly { readonly id: string; readonly sha256: string }[]
  /** Data keys that were deleted now. */
  readonly objects: number
  /** The provider's keys: when they go, or why not (then a backup of the database can still be opened with them). */
  readonly providers: readonly {
    readonly provider: string
    readonly key: string
    readonly destroyAt: Date | undefined
    readonly code: KeyErrorCode | undefined
  }[]
}

interface KeyShreddingOptions {
  readonly rows: KeyRows
  readonly clock: Clock
  readonly place: (tenant: TenantId) => KeyPlace
  readonly provider: (id: string) => KeyPlace['provider'] | undefined
  readonly onEvent: OnKeyEvent
  readonly book: TenantBook
  readonly forget: (tenant: TenantId, object: string) => void
}

export function keyShredding(o: KeyShreddingOptions): KeyShredding {
  return {
    async shredObject(tenant, object) {
      const at = new Date(o.clock.now())
      const proof = await o.rows.shred(tenant, object, at)
      o.forget(tenant, object)
      if (proof?.at.getTime() === at.getTime()) {
        const provider = o.place(tenant).provider.id
        o.onEvent({ kind: 'shredded', tenant, provider, object, sha256: proof.wrapped_sha256 })
      }
      return proof
    },
    destroyTenant: (tenant) =>
      o.book.inTurn(tenant, async () => {
        const at = new Date(o.clock.now())
        o.book.close(tenant)
        const rows = await o.rows.keysOf(tenant)
        const objects = await o.rows.shredTenant(tenant, at)
        const gone = await o.rows.destroyKeys(
          rows.map(({ id }) => id),
          at,
        )
        const providers = []
        for (const place of placesOf(rows)) providers.push(await destroyAt(o, place))
        for (const { id, provider, wrapped_sha256: sha256 } of gone)
          o.onEvent({ kind: 'key-destroyed', tenant, provider, key: id, sha256: sha256 ?? '' })
        const provider = rows.at(-1)?.provider ?? ''
        o.onEvent({ kind: 'tenant-destroyed', tenant, provider, keys: gone.length, objects })
        const keys = gone.map(({ id, wrapped_sha256: sha256 }) => ({ id, sha256: sha256 ?? '' }))
        return { keys, objects, providers }
      }),
  }
}

/** The providers' keys that ever wrapped one of these. */
function placesOf(rows: readonly TenantKeyRow[]): { readonly provider: string; readonly key: string }[] {
  const places = new Map(rows.map(({ provider, key }) => [`${provider} ${key}`, { provider, key }]))
  return [...places.values()]
}

async function destroyAt(
  o: KeyShreddingOptions,
  { provider, key }: { readonly provider: string; readonly key: string },
): Promise<DestroyedTenant['providers'][number]> {
  try {
    const service = o.provider(provider)
    if (service === undefined) return { provider, key, destroyAt: undefined, code: 'KEY_UNKNOWN' }
    return { provider, key, destroyAt: await service.scheduleDestroy(key, 0), code: undefined }
  } catch (error) {
    return { provider, key, destroyAt: undefined, code: asKeyError(error).code }
  }
}
