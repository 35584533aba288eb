import { timingSafeEqual } from 'node:crypto'
import { createId, type Clock, type Random, type TenantId, type TenantKeyId } from '#kernel'
import type { KeyProvider, KeyPurpose } from './contract.ts'
import { asKeyError, KeyError, type KeyErrorCode } from './error.ts'
import type { KeyEvent, OnKeyEvent } from './key-event.ts'
import type { KeyRows, TenantKeyRow } from './key-rows.ts'
import { serial } from './serial.ts'
import { TenantRing, type OpenKey } from './tenant-ring.ts'

export const keyPurposes: readonly KeyPurpose[] = [
  'records',
  'audio',
  'transcript',
  'original',
  'analytics',
  'tokens',
  'backup',
  'system',
]

/** A key in a provider: what wraps a tenant's keys. */
export interface KeyPlace {
  readonly provider: KeyProvider
  readonly key: string
}

export interface TenantBookOptions {
  readonly rows: KeyRows
  readonly clock: Clock
  readonly random: Random
  /** Where a tenant's new keys are wrapped. */
  readonly place: (tenant: TenantId) => KeyPlace
  /** A provider by its name in the configuration. */
  readonly provider: (id: string) => KeyProvider | undefined
  readonly onEvent: OnKeyEvent
  /** Told when a tenant's keys close, to forget what was derived of them. */
  readonly onClosed: (tenant: TenantId) => void
  readonly limits: {
    readonly recheckMs: number
    readonly graceMs: number
    readonly maxTenants: number
    readonly maxSealedWhileDown: number
  }
}

/** The tenants whose keys are wanted, open or not. */
export interface TenantBook extends AsyncDisposable {
  /** Opens a tenant; from then on it is watched. Rejects with `KeyError`; it is opened later, once its provider lets us. */
  open(tenant: TenantId): Promise<void>
  /** Throws `KeyError` (`KEY_CLOSED`). */
  ring(tenant: TenantId): TenantRing
  /** The same, to begin another object: bounded while the provider is away. Throws `KeyError` (`KEY_CLOSED`, `KEY_LIMIT`). */
  ringToSeal(tenant: TenantId): TenantRing
  /** A tenant key that is not open as a rule: a retired one. Rejects with `KeyError`. */
  openKey(tenant: TenantId, id: TenantKeyId): Promise<OpenKey>
  /** One after the other with all that changes the tenant's keys. */
  inTurn<T>(tenant: TenantId, task: () => Promise<T>): Promise<T>
  /** Follows the rows: to be called in turn, after they were changed. */
  reload(tenant: TenantId): Promise<void>
  /** Closes it at once. */
  close(tenant: TenantId): void
  state(tenant: TenantId): 'open' | 'unavailable' | 'closed'
  readonly tenants: readonly TenantId[]
  /** Asks the providers of all tenants now; what the timer does. */
  recheck(): Promise<void>
}

interface Entry {
  readonly tenant: TenantId
  readonly inTurn: ReturnType<typeof serial>
  ring: TenantRing | undefined
  /** When the provider last proved the key. */
  provenMs: number
  away: boolean
  sealedWhileAway: number
  /** Why it is closed; told once. */
  why: KeyErrorCode | undefined
  cancelGrace: () => void
}

/** Providers that are asked at a time, when all tenants are. */
const parallelTenants = 8

export function tenantBook(o: TenantBookOptions): TenantBook {
  const { clock, limits } = o
  const entries = new Map<TenantId, Entry>()
  const tell = (tenant: TenantId, event: TenantEvent) =>
    o.onEvent({ tenant, provider: o.place(tenant).provider.id, ...event })
  const shut = (entry: Entry) => {
    entry.cancelGrace()
    entry.ring?.[Symbol.dispose]()
    entry.ring = undefined
    entry.away = false
    o.onClosed(entry.tenant)
  }
  const succeed = (entry: Entry) => {
    entry.provenMs = clock.monotonicMs()
    entry.sealedWhileAway = 0
    entry.why = undefined
    entry.cancelGrace()
    if (entry.away) tell(entry.tenant, { kind: 'recovered' })
    entry.away = false
  }
  const giveUp = (entry: Entry, error: KeyError) => {
    shut(entry)
    if (entry.why === error.code) return
    entry.why = error.code
    tell(entry.tenant, { kind: error.code === 'KEY_UNAVAILABLE' ? 'closed' : 'refused', code: error.code })
  }
  const fail = (entry: Entry, error: KeyError) => {
    const leftMs = entry.provenMs + limits.graceMs - clock.monotonicMs()
    if (error.code !== 'KEY_UNAVAILABLE' || entry.ring === undefined || leftMs <= 0)
      return giveUp(entry, error)
    if (entry.away) return
    entry.away = true
    tell(entry.tenant, { kind: 'unavailable', untilMs: clock.now() + leftMs })
    entry.cancelGrace = clock.set(leftMs, () => giveUp(entry, error)) // also when it fires a little early
  }
  const check = (entry: Entry) =>
    entry.inTurn(async () => {
      try {
        const wasOpen = entry.ring !== undefined
        await load(o, entry)
        await prove(o, entry)
        succeed(entry)
        if (!wasOpen) tell(entry.tenant, { kind: 'opened' })
      } catch (error) {
        fail(entry, asKeyError(error))
        throw asKeyError(error)
      }
    })
  const recheck = async () => {
    const left = [...entries.values()]
    const worker = async () => {
      for (let entry = left.shift(); entry; entry = left.shift()) await check(entry).catch(() => {})
    }
    await Promise.all(Array.from({ length: parallelTenants }, worker))
  }
  let ended = false
  let cancel = () => {}
  const arm = () => {
    if (!ended) cancel = clock.set(limits.recheckMs, () => void recheck().finally(arm))
  }
  arm()
  const find = (tenant: TenantId): Entry => {
    const entry = entries.get(tenant)
    if (entry === undefined) throw closed()
    return entry
  }
  const ring = (tenant: TenantId): TenantRing => {
    const open = entries.get(tenant)?.ring
    if (open === undefined) throw closed()
    return open
  }
  return {
    async open(tenant) {
      if (!entries.has(tenant) && entries.size >= limits.maxTenants)
        throw new KeyError('KEY_LIMIT', 'too many tenants are open; see keys.maxTenants')
      const entry = entries.get(tenant) ?? newEntry(tenant)
      entries.set(tenant, entry)
      await check(entry)
    },
    ring,
    ringToSeal(tenant) {
      const open = ring(tenant)
      const entry = find(tenant)
      if (!entry.away) return open
      if (entry.sealedWhileAway >= limits.maxSealedWhileDown)
        throw new KeyError('KEY_LIMIT', 'the key provider is away, and enough was sealed without it')
      entry.sealedWhileAway += 1
      return open
    },
    async openKey(tenant, id) {
      const known = ring(tenant).get(id)
      if (known !== undefined) return known
      const row = (await o.rows.keysOf(tenant)).find((one) => one.id === id)
      if (row === undefined || row.state === 'destroyed')
        throw new KeyError('KEY_UNKNOWN', 'the tenant key that wrapped this was destroyed, or never was')
      const plain = await unwrapRow(o, row)
      const open = entries.get(tenant)?.ring
      if (open === undefined) {
        plain.fill(0)
        throw closed() // meanwhile
      }
      return open.add(row, plain)
    },
    inTurn: (tenant, task) => find(tenant).inTurn(task),
    reload: (tenant) => load(o, find(tenant)),
    close: (tenant) => shut(find(tenant)),
    state(tenant) {
      const entry = entries.get(tenant)
      if (entry?.ring === undefined) return 'closed'
      return entry.away ? 'unavailable' : 'open'
    },
    get tenants() {
      return [...entries.keys()]
    },
    recheck,
    async [Symbol.asyncDispose]() {
      ended = true
      cancel()
      await Promise.all([...entries.values()].map((entry) => entry.inTurn(async () => shut(entry))))
    },
  }
}

type TenantEvent = KeyEvent extends infer Event
  ? Event extends KeyEvent
    ? Omit<Event, 'tenant' | 'provider'>
    : never
  : never

function newEntry(tenant: TenantId): Entry {
  return {
    tenant,
    inTurn: serial(),
    ring: undefined,
    provenMs: 0,
    away: false,
    sealedWhileAway: 0,
    why: undefined,
    cancelGrace: () => {},
  }
}

/** Opens what the tenant's rows name and is not open yet, making the keys it lacks. */
async function load(o: TenantBookOptions, entry: Entry): Promise<void> {
  const { tenant } = entry
  const rows = await withAllPurposes(o, tenant, await o.rows.keysOf(tenant))
  const wanted = rows.filter(
    ({ id, state, purpose }) =>
      (state === 'active' || purpose === 'records' || purpose === 'system') &&
      entry.ring?.get(id) === undefined,
  )
  const opened = await Promise.allSettled(
    wanted.map(async (row) => ({ row, plain: await unwrapRow(o, row) })),
  )
  const failed = opened.find((result) => result.status === 'rejected')
  if (failed !== undefined) {
    for (const result of opened) if (result.status === 'fulfilled') result.value.plain.fill(0)
    throw failed.reason
  }
  const ring = (entry.ring ??= new TenantRing(tenant))
  const before = ring.open.length
  ring.follow(rows)
  if (ring.open.length < before) o.onClosed(tenant) // subkeys of what is gone go too
  for (const result of opened)
    if (result.status === 'fulfilled') ring.add(result.value.row, result.value.plain)
}

/** The rows that are not destroyed, one purpose at least once. Makes those that lack; a destroyed tenant stays so. */
async function withAllPurposes(
  o: TenantBookOptions,
  tenant: TenantId,
  rows: readonly TenantKeyRow[],
): Promise<readonly TenantKeyRow[]> {
  const live = rows.filter(({ state }) => state !== 'destroyed')
  if (live.length === 0 && rows.length > 0)
    throw new KeyError('KEY_REFUSED', 'the tenant’s keys were destroyed')
  const missing = keyPurposes.filter((purpose) => !live.some((row) => row.purpose === purpose))
  if (missing.length === 0) return live
  const { provider, key } = o.place(tenant)
  if (!live.some((row) => row.provider === provider.id && row.key === key)) await provider.ensureKey(key)
  const fresh = await Promise.all(missing.map((purpose) => newKeyRow(o, tenant, purpose, rows, 0)))
  await o.rows.addKeys(fresh)
  o.onEvent({ tenant, provider: provider.id, kind: 'made', keys: fresh.length })
  // Another node may have been quicker: what the rows say now counts.
  return (await o.rows.keysOf(tenant)).filter(({ state }) => state !== 'destroyed')
}

/** A key that is not in the rows yet. Its plain form is zeroed: it counts once the provider gives it back. */
export async function newKeyRow(
  o: Pick<TenantBookOptions, 'clock' | 'random' | 'place'>,
  tenant: TenantId,
  purpose: KeyPurpose,
  rows: readonly TenantKeyRow[],
  waitMs: number,
): Promise<TenantKeyRow> {
  const { provider, key } = o.place(tenant)
  const id = createId('tky', o.clock.now(), o.random)
  const { plain, wrapped, keyRef } = await provider.generateDataKey(key, { tenant, purpose, object: id })
  plain.fill(0)
  const versions = rows.filter((row) => row.purpose === purpose).map(({ version }) => version)
  return {
    id,
    tenant,
    purpose,
    version: Math.max(0, ...versions) + 1,
    provider: provider.id,
    key,
    key_ref: keyRef,
    wrapped,
    state: 'active',
    created_at: new Date(o.clock.now()),
    active_from: new Date(o.clock.now() + waitMs),
    rotated_at: null,
    destroyed_at: null,
    wrapped_sha256: null,
  }
}

/** Asks each provider key that wraps some of what is open for one of them again, and compares. */
async function prove(o: TenantBookOptions, { ring }: Entry): Promise<void> {
  const byRef = new Map((ring?.open ?? []).map((open) => [`${open.row.provider} ${open.row.key_ref}`, open]))
  for (const { row, plain } of byRef.values()) {
    const again = await unwrapRow(o, row)
    const same = timingSafeEqual(again, plain)
    again.fill(0)
    if (!same) throw new KeyError('KEY_TAMPERED', 'a provider gave another key than before')
  }
}

/** The plain tenant key, the caller's to zero. Rejects with `KeyError`. */
export async function unwrapRow(
  o: Pick<TenantBookOptions, 'provider'>,
  row: TenantKeyRow,
): Promise<Uint8Array> {
  const provider = o.provider(row.provider)
  if (provider === undefined)
    throw new KeyError('KEY_UNKNOWN', 'the configuration lacks the provider that wrapped a tenant’s key')
  const { tenant, purpose, id, wrapped, key_ref: keyRef } = row
  const plain = await provider.unwrap({ wrapped, keyRef }, { tenant, purpose, object: id })
  if (plain.length === 32) return plain
  plain.fill(0)
  throw new KeyError('KEY_TAMPERED', 'a tenant’s key has another length than ours')
}

function closed(): KeyError {
  return new KeyError('KEY_CLOSED', 'the tenant’s keys are not open')
}
