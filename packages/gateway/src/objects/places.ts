import { join } from 'node:path'
import type { Clock, Config, ObjectsConfig, Random, Secret, StoreConfig, TenantId } from '#kernel'
import type { ObjectKind, ObjectStore } from './contract.ts'
import { ObjectError } from './error.ts'
import { folderStore } from './folder-store.ts'
import { s3Store } from './s3-store.ts'

/** The stores of the configuration, and what goes where. */
export interface Stores extends AsyncDisposable {
  readonly all: ReadonlyMap<string, ObjectStore>
  /** Throws `ObjectError` (`OBJECT_REFUSED`) for one that the configuration does not name (any more). */
  get(id: string): ObjectStore
  /** Where a new object goes. Throws `ObjectError` (`OBJECT_REFUSED`) when nothing is said, which only backups allow. */
  placeOf(kind: ObjectKind, tenant: TenantId): ObjectStore
}

export interface StoresOptions {
  readonly config: Pick<Config, 'dataDir' | 'objects'>
  readonly clock: Clock
  readonly random: Random
  /** Reads what a reference of the configuration names. */
  readonly readSecret: (reference: string) => Secret<string> | Promise<Secret<string>>
  /** Reads a PEM file. */
  readonly readFile: (path: string) => string
}

const local = 'local'

/** The name of the store for a kind of a tenant's data; undefined for backups when nothing is said. */
export function storeName(objects: ObjectsConfig, kind: ObjectKind, tenant: TenantId): string | undefined {
  if (kind === 'backup') return objects.place.backup
  const own = objects.tenants.find(({ id }) => id === (tenant as string))?.place[kind]
  return own ?? objects.place[kind] ?? local
}

/** Opens every store that is listed, and the folder `local` unless another has the name. */
export async function openStores(o: StoresOptions): Promise<Stores> {
  await using stack = new AsyncDisposableStack()
  const { objects, dataDir } = o.config
  const listed: readonly StoreConfig[] = objects.stores.some(({ id }) => id === local)
    ? objects.stores
    : [{ id: local, kind: 'folder', dir: join(dataDir, 'objects') }, ...objects.stores]
  const all = new Map<string, ObjectStore>()
  for (const store of listed) all.set(store.id, stack.use(await openStore(store, o)))
  const get = (id: string): ObjectStore => {
    const store = all.get(id)
    if (store === undefined)
      throw new ObjectError('OBJECT_REFUSED', 'the configuration lacks the store that has the object')
    return store
  }
  const owned = stack.move()
  return {
    all,
    get,
    placeOf(kind, tenant) {
      const name = storeName(objects, kind, tenant)
      if (name === undefined)
        throw new ObjectError('OBJECT_REFUSED', 'no store for backups: set objects.place.backup')
      return get(name)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function openStore(config: StoreConfig, o: StoresOptions): Promise<ObjectStore> {
  if (config.kind === 'folder')
    return folderStore({ id: config.id, dir: config.dir, region: config.region, random: o.random })
  const { credentials, encryption, caFile, partMiB, id, bucket, region, prefix, endpoint, lock } = config
  return s3Store({
    id,
    bucket,
    region,
    prefix,
    endpoint,
    lock,
    pathStyle: config.pathStyle,
    maxAttempts: config.maxAttempts,
    timeoutMs: config.timeoutMs,
    ca: caFile === undefined ? undefined : o.readFile(caFile),
    encryption,
    partBytes: partMiB * 1024 * 1024,
    clock: o.clock,
    credentials:
      credentials &&
      (async () => ({
        accessKeyId: (await o.readSecret(credentials.accessKeyId)).reveal(),
        secretAccessKey: await o.readSecret(credentials.secretAccessKey),
        sessionToken:
          credentials.sessionToken === undefined ? undefined : await o.readSecret(credentials.sessionToken),
      })),
  })
}

/** What the names of sealed objects end in. */
export const sealedEnding = '.vxr'

/** `audio/acme/2026-11-21/rec_….vxr`: the tenant's data of a kind lie together, and a day's. */
export function keyOf(object: {
  readonly id: string
  readonly kind: string
  readonly tenant: TenantId
  readonly created_at: Date
}): string {
  return `${object.kind}/${object.tenant}/${object.created_at.toISOString().slice(0, 10)}/${object.id}${sealedEnding}`
}

/** The id in such a key; undefined for another form. */
export function idOf(key: string): string | undefined {
  const name = key.slice(key.lastIndexOf('/') + 1)
  return name.endsWith(sealedEnding) ? name.slice(0, -sealedEnding.length) : undefined
}
