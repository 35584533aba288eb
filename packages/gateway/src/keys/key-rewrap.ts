import type { TenantId } from '#kernel'
import type { KeyContext, KeyPurpose, WrappedKey } from './contract.ts'
import { boxDataKey, unboxDataKey } from './data-key-box.ts'
import { asKeyError, KeyError, type KeyErrorCode } from './error.ts'
import type { DataKeyRow, Rewrapped, TenantKeyRow } from './key-rows.ts'
import type { KeyRotation, KeyRotationOptions } from './key-rotation.ts'
import type { KeyPlace } from './tenant-book.ts'
import type { OpenKey } from './tenant-ring.ts'

export interface RewrapProgress {
  readonly state: 'running' | 'done' | 'failed'
  readonly startedAt: Date
  readonly endedAt: Date | undefined
  /** Tenant keys and data keys that were to be re-wrapped, and that were. */
  readonly total: number
  readonly done: number
  /** Data keys that did not open under the key that is said to have wrapped them: their objects are lost, or were tampered with. */
  readonly broken: number
  readonly code: KeyErrorCode | undefined
}

type Progress = { -readonly [Name in keyof RewrapProgress]: RewrapProgress[Name] }

/** One statement's worth: it holds up nobody else for longer than a few milliseconds. */
const batchSize = 200
/** A retired key goes this long after its successor took over: whoever began an object with it has written its row by then. */
const restMs = 600_000

export function keyRewrap(o: KeyRotationOptions): Pick<KeyRotation, 'rewrap' | 'progress'> {
  const known = new Map<TenantId, { readonly progress: Progress; readonly run: Promise<RewrapProgress> }>()
  return {
    rewrap(tenant) {
      const before = known.get(tenant)
      if (before?.progress.state === 'running') return before.run
      const progress = newProgress(o)
      const run = rewrapAll(o, tenant, progress)
      known.set(tenant, { progress, run })
      return run
    },
    progress: (tenant) => known.get(tenant)?.progress,
  }
}

async function rewrapAll(
  o: KeyRotationOptions,
  tenant: TenantId,
  progress: Progress,
): Promise<RewrapProgress> {
  try {
    o.book.ring(tenant)
    const keys = await o.book.inTurn(tenant, () => rewrapTenantKeys(o, tenant, progress))
    const objects = await rewrapDataKeys(o, tenant, progress)
    await o.book.inTurn(tenant, () => destroyUnneeded(o, tenant))
    if (keys + objects > 0) {
      const { provider } = o.place(tenant)
      o.onEvent({ kind: 'rewrapped', tenant, provider: provider.id, keys, objects })
    }
    return Object.assign(progress, { state: 'done', endedAt: new Date(o.clock.now()) } as const)
  } catch (error) {
    const failure = asKeyError(error)
    Object.assign(progress, {
      state: 'failed',
      endedAt: new Date(o.clock.now()),
      code: failure.code,
    } as const)
    throw failure
  }
}

function newProgress(o: KeyRotationOptions): Progress {
  const startedAt = new Date(o.clock.now())
  return { state: 'running', startedAt, endedAt: undefined, total: 0, done: 0, broken: 0, code: undefined }
}

/** Puts each tenant key that lies elsewhere, or under an older version, where new ones are put. How many there were. */
async function rewrapTenantKeys(
  o: KeyRotationOptions,
  tenant: TenantId,
  progress: Progress,
): Promise<number> {
  const place = o.place(tenant)
  const rows = (await o.rows.keysOf(tenant)).filter(({ state }) => state !== 'destroyed')
  if (rows.some((row) => !isAt(row, place))) await place.provider.ensureKey(place.key)
  const { keyRef: newest } = await place.provider.describe(place.key)
  const old = rows.filter((row) => !isAt(row, place) || row.key_ref !== newest)
  progress.total += old.length
  for (const row of old) {
    const { wrapped, keyRef } = await wrapAgain(o, row, place)
    const to = { provider: place.provider.id, key: place.key, key_ref: keyRef, wrapped }
    await o.rows.rewrapKey(row.id, row.key_ref, to)
    progress.done += 1
  }
  if (old.length > 0) await o.book.reload(tenant)
  return old.length
}

async function wrapAgain(o: KeyRotationOptions, row: TenantKeyRow, place: KeyPlace): Promise<WrappedKey> {
  const context: KeyContext = { tenant: row.tenant, purpose: row.purpose, object: row.id }
  const wrapped = { wrapped: row.wrapped, keyRef: row.key_ref }
  if (isAt(row, place)) return place.provider.rewrap(wrapped, context)
  const from = o.provider(row.provider)
  if (from === undefined)
    throw new KeyError('KEY_UNKNOWN', 'the configuration lacks the provider that wrapped a tenant’s key')
  const plain = await from.unwrap(wrapped, context)
  try {
    return await place.provider.wrap(place.key, plain, context)
  } finally {
    plain.fill(0)
  }
}

function isAt(row: TenantKeyRow, { provider, key }: KeyPlace): boolean {
  return row.provider === provider.id && row.key === key
}

/** Puts data keys of retired tenant keys under the ones that seal now. How many there were. */
async function rewrapDataKeys(o: KeyRotationOptions, tenant: TenantId, progress: Progress): Promise<number> {
  const uses = new Map((await o.rows.uses(tenant)).map((use) => [use.tenant_key, use.objects]))
  const retired = (await o.rows.keysOf(tenant)).filter((row) => row.state === 'retired' && uses.has(row.id))
  for (const { id } of retired) progress.total += uses.get(id) ?? 0
  let moved = 0
  for (const row of retired) {
    const from = await o.book.openKey(tenant, row.id)
    let after = ''
    for (;;) {
      const batch = await o.rows.dataKeysUnder(tenant, row.id, after, batchSize)
      if (batch.length === 0) break
      after = batch.at(-1)?.object ?? ''
      // Taken anew for each batch: the keys may have closed, or been rotated again.
      const to = o.book.ring(tenant).current(row.purpose, o.clock.now())
      if (to.row.id === row.id) break // its successor does not seal yet
      const changes = batch.flatMap((one) => rewrapOne(o, one, from, to) ?? [])
      await o.rows.rewrapDataKeys(changes)
      progress.done += changes.length
      progress.broken += batch.length - changes.length
      moved += changes.length
    }
  }
  return moved
}

function rewrapOne(
  o: KeyRotationOptions,
  row: DataKeyRow,
  from: OpenKey,
  to: OpenKey,
): Rewrapped | undefined {
  const { object, tenant, purpose } = row
  const context: KeyContext = { tenant, purpose, object }
  const plain = unboxDataKey(from.plain, from.row.id, row.wrapped, context)
  if (plain === undefined) return undefined
  const wrapped = boxDataKey(to.plain, to.row.id, plain, context, o.random)
  plain.fill(0)
  return { object, from: from.row.id, to: to.row.id, wrapped }
}

const staying: ReadonlySet<KeyPurpose> = new Set(['records', 'system', 'backup'])

/**
 * Sealed fields keep their version, so those of `records` stay; so do those of `backup`, which backups name and no row here does. Of the
 * others, what no object needs any more goes.
 */
async function destroyUnneeded(o: KeyRotationOptions, tenant: TenantId): Promise<void> {
  const rows = await o.rows.keysOf(tenant)
  const now = o.clock.now()
  const uses = new Set((await o.rows.uses(tenant)).map((use) => use.tenant_key))
  const isUnneeded = ({ id, state, purpose, version }: TenantKeyRow) =>
    state === 'retired' &&
    !staying.has(purpose) &&
    !uses.has(id) &&
    rows.some(
      (next) =>
        next.purpose === purpose && next.version > version && next.active_from.getTime() + restMs <= now,
    )
  const unneeded = rows.filter(isUnneeded).map(({ id }) => id)
  if (unneeded.length === 0) return
  for (const row of await o.rows.destroyKeys(unneeded, new Date(now)))
    o.onEvent({
      kind: 'key-destroyed',
      tenant,
      provider: row.provider,
      key: row.id,
      sha256: row.wrapped_sha256 ?? '',
    })
  await o.book.reload(tenant)
}
