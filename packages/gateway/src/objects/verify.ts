import type { Clock, TenantId } from '#kernel'
import { isObjectError, ObjectError } from './error.ts'
import type { ObjectEvent } from './keeper.ts'
import { idOf, keyOf, type Stores } from './places.ts'
import type { ListedRow, ObjectList } from './rows.ts'

export interface VerifyDeps {
  readonly rows: ObjectList
  readonly stores: Stores
  readonly clock: Clock
  readonly onEvent: (event: ObjectEvent) => void
  /** Opens an object and authenticates all of it; rejects when it is not what was sealed. */
  readonly authenticate: (row: ListedRow) => Promise<void>
}

export interface VerifyOptions {
  /** Of one tenant only; else of all. */
  readonly tenant?: TenantId | undefined
  /** How many objects at most, in the order of their ids, after `after`. */
  readonly limit: number
  readonly after?: string | undefined
  /** Those that were not looked at for longest, instead. */
  readonly oldest?: boolean | undefined
  /** Opens each as well, which reads all of it. */
  readonly open?: boolean | undefined
  /** Looks in the stores for what is not listed. */
  readonly unlisted?: boolean | undefined
}

export interface VerifyReport {
  readonly checked: number
  readonly bytes: number
  /** Ids whose store does not have them. */
  readonly missing: readonly string[]
  /** Ids whose store has something else, or what does not open. */
  readonly altered: readonly string[]
  /** Ids that could not be compared now: their store, or their key, cannot be had. */
  readonly unchecked: readonly string[]
  /** What stores hold and nobody listed: `store/key`. */
  readonly unlisted: readonly string[]
  /** The last id; undefined when there are no more. */
  readonly next: string | undefined
}

const pageSize = 200
const maxUnlisted = 1_000

/** Compares what is listed with what the stores hold, and writes down what is wrong; what is right again is set right. */
export async function verifyObjects(deps: VerifyDeps, o: VerifyOptions): Promise<VerifyReport> {
  const report = {
    checked: 0,
    bytes: 0,
    missing: [] as string[],
    altered: [] as string[],
    unchecked: [] as string[],
  }
  let next = o.after ?? ''
  let isMore = true
  while (isMore && report.checked < o.limit) {
    const limit = Math.min(pageSize, o.limit - report.checked)
    const rows =
      o.oldest === true
        ? await deps.rows.leastChecked(limit)
        : await deps.rows.kept({ tenant: o.tenant, after: next, limit })
    for (const row of rows) {
      const found = await compare(deps, row, o.open ?? false)
      report.checked += 1
      report.bytes += row.bytes
      if (found !== 'same') report[found].push(row.id)
    }
    next = rows.at(-1)?.id ?? next
    isMore = rows.length === limit
  }
  const unlisted = o.unlisted === true ? await findUnlisted(deps, o.tenant) : []
  return { ...report, unlisted, next: isMore ? next : undefined }
}

async function compare(
  deps: VerifyDeps,
  row: ListedRow,
  open: boolean,
): Promise<'same' | 'missing' | 'altered' | 'unchecked'> {
  const at = new Date(deps.clock.now())
  const fault = await faultOf(deps, row, open)
  if (fault === undefined) {
    await deps.rows.checked(row.id, 'stored', at, null)
    return 'same'
  }
  if (fault !== 'OBJECT_NOT_FOUND' && fault !== 'OBJECT_CORRUPT') return 'unchecked'
  const state = fault === 'OBJECT_NOT_FOUND' ? 'missing' : 'corrupt'
  await deps.rows.checked(row.id, state, at, fault)
  if (row.state !== state)
    deps.onEvent({ kind: 'tampered', id: row.id, tenant: row.tenant, call: row.call_id, code: fault })
  return state === 'missing' ? 'missing' : 'altered'
}

async function faultOf(deps: VerifyDeps, row: ListedRow, open: boolean): Promise<string | undefined> {
  try {
    const { store, key, version_id: versionId } = row
    if (store === null || key === null) return 'OBJECT_NOT_FOUND'
    const found = await deps.stores.get(store).head({ store, key, versionId: versionId ?? undefined })
    if (found.bytes !== row.bytes || found.sha256 !== row.sha256) return 'OBJECT_CORRUPT'
    if (open) await deps.authenticate(row)
    return undefined
  } catch (error) {
    if (error instanceof ObjectError) return error.code
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    // A data key that is gone or away says nothing about the object.
    return code === 'VAULT_TAMPERED' ? 'OBJECT_CORRUPT' : 'unreadable'
  }
}

async function findUnlisted(deps: VerifyDeps, tenant: TenantId | undefined): Promise<string[]> {
  const found: string[] = []
  for (const store of deps.stores.all.values())
    for (const kind of ['audio', 'transcript', 'analytics']) {
      let page: { key: string; id: string }[] = []
      const look = async () => {
        const rows = new Map((await deps.rows.among(page.map(({ id }) => id))).map((row) => [row.id, row]))
        // One on its way has its row already, as spooled; one that is being deleted may still be there.
        const strays = page.filter(({ key, id }) => !belongs(rows.get(id), store.id, key))
        found.push(...strays.map(({ key }) => `${store.id}/${key}`))
        page = []
      }
      const prefix = tenant === undefined ? `${kind}/` : `${kind}/${tenant}/`
      try {
        for await (const { key } of store.list(prefix)) {
          page.push({ key, id: idOf(key) ?? '' })
          if (page.length === pageSize) await look()
          if (found.length >= maxUnlisted) return found.slice(0, maxUnlisted)
        }
        await look()
      } catch (error) {
        if (!isObjectError(error, 'OBJECT_UNAVAILABLE')) throw error // the listed ones were counted as unchecked
      }
    }
  return found
}

function belongs(row: ListedRow | undefined, store: string, key: string): boolean {
  if (row === undefined || row.state === 'deleted') return false
  return row.key === null ? keyOf(row) === key : row.key === key && row.store === store
}
