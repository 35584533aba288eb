import type { TenantId, TenantKeyId } from '#kernel'
import type { KeyContext, TenantKeys } from './contract.ts'
import { boxDataKey, unboxDataKey } from './data-key-box.ts'
import { dataKeyCache, type DataKeyCache, type DataKeyCacheLimits } from './data-key-cache.ts'
import { KeyError } from './error.ts'
import { tenantFieldSeal } from './field-seal.ts'
import { keyOverview, type KeyOverview } from './key-overview.ts'
import { keyRotation, type KeyRotation } from './key-rotation.ts'
import { keyShredding, type KeyShredding } from './key-shredding.ts'
import { tenantBook, type TenantBook, type TenantBookOptions } from './tenant-book.ts'

export interface TenantKeysOptions extends Omit<TenantBookOptions, 'onClosed'> {
  readonly cache: DataKeyCacheLimits
  /** How long other nodes of the same database may take to hear of a new key; 0 for one node alone. */
  readonly spreadMs: number
}

/** The keys of all tenants, with what the gateway needs beside the contract. */
export interface OpenTenantKeys extends TenantKeys, KeyRotation, KeyShredding {
  /** A data key for one new object, and its row. `kept` rejects when it could not be kept: then the object may not be. */
  beginObject(context: KeyContext): BegunKey
  /** The plain data key of an object whose row is there, the caller's to zero. Rejects with `KeyError` (`KEY_UNKNOWN` once it was shredded). */
  openObject(context: KeyContext): Promise<Uint8Array>
  state: TenantBook['state']
  overview(tenant: TenantId): Promise<KeyOverview>
  /** Asks all providers now. */
  recheck(): Promise<void>
  tenants(): readonly TenantId[]
}

export interface BegunKey {
  /** The caller's to zero. */
  readonly plain: Uint8Array
  readonly tenantKey: TenantKeyId
  /** Resolves once the wrapped key is durable. */
  readonly kept: Promise<void>
}

const keyBytes = 32

/** Nothing is open yet: see `open`. */
export function openTenantKeys(o: TenantKeysOptions): OpenTenantKeys {
  const cache = dataKeyCache(o.clock, o.cache)
  const book = tenantBook({
    ...o,
    onClosed: (tenant) => {
      cache.forget(tenant)
      fields.forget(tenant)
    },
  })
  const fields = tenantFieldSeal((tenant) => book.ring(tenant).fieldKeys(o.clock.now()), o.random)
  const newDataKey: TenantKeys['newDataKey'] = (context) => {
    const { row, plain: tenantKey } = book.ringToSeal(context.tenant).current(context.purpose, o.clock.now())
    const plain = o.random.bytes(keyBytes)
    const wrapped = boxDataKey(tenantKey, row.id, plain, context, o.random)
    return { plain, wrapped, tenantKey: row.id }
  }
  const openDataKey: TenantKeys['openDataKey'] = async ({ tenantKey, wrapped }, context) => {
    const { row, plain } = await book.openKey(context.tenant, tenantKey as TenantKeyId)
    const found = row.purpose === context.purpose ? unboxDataKey(plain, row.id, wrapped, context) : undefined
    if (found?.length !== keyBytes)
      throw new KeyError('KEY_TAMPERED', 'a wrapped data key was changed or belongs elsewhere')
    return found
  }
  const rotation = keyRotation({ ...o, book })
  const { progress } = rotation
  return {
    ...rotation,
    ...keyShredding({ ...o, book, forget: (tenant, object) => cache.forget(tenant, object) }),
    open: (tenant) => book.open(tenant),
    newDataKey,
    openDataKey,
    fieldSeal: { seal: fields.seal, open: fields.open },
    hmacKey: (tenant, purpose) => book.ring(tenant).hmacKey(purpose),
    beginObject(context) {
      const { plain, wrapped, tenantKey } = newDataKey(context)
      const { tenant, purpose, object } = context
      const id = tenantKey as TenantKeyId
      const created = new Date(o.clock.now())
      const kept = o.rows.addDataKey({
        object,
        tenant,
        purpose,
        tenant_key: id,
        wrapped,
        created_at: created,
      })
      return { plain, tenantKey: id, kept }
    },
    openObject: (context) => openObject(o, { book, cache, openDataKey }, context),
    state: (tenant) => book.state(tenant),
    overview: (tenant) => keyOverview({ ...o, state: (of) => book.state(of), progress }, tenant),
    recheck: () => book.recheck(),
    tenants: () => book.tenants,
    [Symbol.asyncDispose]: () => book[Symbol.asyncDispose](),
  }
}

async function openObject(
  { rows }: TenantKeysOptions,
  of: { book: TenantBook; cache: DataKeyCache; openDataKey: TenantKeys['openDataKey'] },
  context: KeyContext,
): Promise<Uint8Array> {
  const { tenant, purpose, object } = context
  of.book.ring(tenant) // closed is closed, also for what is remembered
  const known = of.cache.get(context)
  if (known !== undefined) return known
  const { forgotten } = of.cache
  const row = await rows.dataKey(tenant, object)
  if (row?.purpose !== purpose)
    throw new KeyError('KEY_UNKNOWN', 'there is no key for this object: it was shredded, or never was')
  const plain = await of.openDataKey({ tenantKey: row.tenant_key, wrapped: row.wrapped }, context)
  of.cache.put(context, plain, forgotten)
  return plain
}
