import { createHash } from 'node:crypto'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readSnapshot, type Database } from '#db'
import { systemTenant, type BackupId, type ByteSource, type Clock, type Random } from '#kernel'
import type { SealedDataKey, TenantKeyRow } from '#keys'
import { isObjectError, type ObjectStore } from '#objects'
import { copyObject } from './copy-object.ts'
import { BackupError } from './error.ts'
import { serializeManifest, type BackupPart, type BackupTable, type Manifest } from './manifest.ts'
import { manifestName, objectKey, objectsPrefix, partKey } from './places.ts'
import type { BackedObject } from './read-backup.ts'
import { sealLines } from './sealed-part.ts'

/** What a backup is made of, and with. */
export interface BackupParts {
  readonly database: Database
  readonly store: ObjectStore
  /** A new data key under the node’s key for backups. Throws `KeyError`. */
  readonly newKey: (id: BackupId) => SealedDataKey & { readonly plain: Uint8Array }
  /** That key as it is kept, wrapped by its provider. */
  readonly tenantKey: (id: string) => Promise<TenantKeyRow | undefined>
  /** Reads a listed object wherever it is now. */
  readonly source: (id: string) => Promise<ByteSource>
  readonly clock: Clock
  readonly random: Random
  readonly node: string
  /** A folder for files on their way; made and removed. */
  readonly drafts: string
}

export interface BackupProgress {
  readonly tables: number
  readonly rows: number
  readonly objects: number
  /** Of the objects, those that the store lacked. */
  readonly copied: number
  /** Written to the store. */
  readonly bytes: number
}

/** Of a row of the table `objects`, what a backup needs to know. */
interface ListedObject extends BackedObject {
  readonly state: string
}

/**
 * Makes a whole backup: the tables as they are at one moment, sealed, each a file; the objects that the store lacks, which are sealed already;
 * last the manifest, without which it is none. Rejects with `DbError`, `ObjectError`, `KeyError`; what was written until then is removed by a later one.
 */
export async function makeBackup(
  parts: BackupParts,
  id: BackupId,
  o: { readonly onProgress: (progress: BackupProgress) => void; readonly signal: AbortSignal },
): Promise<{
  readonly manifest: Manifest
  readonly manifestSha256: string
  readonly progress: BackupProgress
}> {
  const { clock, node, drafts } = parts
  await mkdir(drafts, { recursive: true, mode: 0o700 })
  const key = parts.newKey(id)
  try {
    const unlock = await unlockOf(parts, key)
    const work = new Work(parts, id, key.plain, o)
    const listed: ListedObject[] = []
    const tables: BackupTable[] = []
    const { at, migrations } = await readSnapshot(parts.database, async ({ name, lines }) => {
      tables.push(await work.table(name, name === 'objects' ? noting(lines, listed) : lines))
    })
    for (const table of tables) await work.send(table) // after the transaction: a slow store holds nobody up
    const { included, lacking } = await work.objects(listed)
    const list = await work.list(included)
    const manifest: Manifest = {
      format: 'voxkeep-backup',
      version: 1,
      id,
      at: new Date(at.getTime() || clock.now()).toISOString(),
      node,
      migrations,
      key: unlock,
      tables,
      objects: { list, count: included.length, bytes: included.reduce((sum, { bytes }) => sum + bytes, 0) },
      lacking,
    }
    const manifestSha256 = await work.manifest(serializeManifest(manifest, key.plain))
    return { manifest, manifestSha256, progress: work.progress }
  } finally {
    key.plain.fill(0)
    await rm(drafts, { recursive: true, force: true })
  }
}

async function unlockOf(
  { tenantKey }: BackupParts,
  { tenantKey: id, wrapped }: SealedDataKey,
): Promise<Manifest['key']> {
  const row = await tenantKey(id)
  if (row?.tenant !== systemTenant)
    throw new BackupError('BACKUP_LOCKED', 'the key for backups is not listed')
  const { version, provider, key, key_ref } = row
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  return { id, version, provider, key, key_ref, wrapped: base64(row.wrapped), data_key: base64(wrapped) }
}

/** Lets rows of `objects` pass, and notes those that a backup includes. */
async function* noting(
  lines: AsyncIterable<readonly string[]>,
  into: ListedObject[],
): AsyncGenerator<readonly string[]> {
  for await (const group of lines) {
    for (const line of group) {
      const { id, bytes, sha256, state } = JSON.parse(line) as ListedObject
      if (state === 'spooled' || state === 'stored') into.push({ id, bytes, sha256, state })
    }
    yield group
  }
}

/** One backup in the making: files on their way, and how far it is. */
class Work {
  progress: BackupProgress = { tables: 0, rows: 0, objects: 0, copied: 0, bytes: 0 }
  readonly #parts: BackupParts
  readonly #id: BackupId
  readonly #key: Uint8Array
  readonly #onProgress: (progress: BackupProgress) => void
  readonly #signal: AbortSignal

  constructor(
    parts: BackupParts,
    id: BackupId,
    key: Uint8Array,
    o: { onProgress: (progress: BackupProgress) => void; signal: AbortSignal },
  ) {
    this.#parts = parts
    this.#id = id
    this.#key = key
    this.#onProgress = o.onProgress
    this.#signal = o.signal
  }

  async table(table: string, lines: AsyncIterable<readonly string[]>): Promise<BackupTable> {
    const { lines: rows, ...part } = await this.#seal(`${table}.vxb`, lines)
    this.#advance({ tables: 1, rows })
    return { ...part, table, rows }
  }

  async list(objects: readonly BackedObject[]): Promise<BackupPart> {
    async function* lines() {
      for (let at = 0; at < objects.length; at += 500)
        yield objects.slice(at, at + 500).map((object) => JSON.stringify(object))
    }
    const { name, bytes, sha256 } = await this.#seal('objects-list.vxb', lines())
    await this.send({ name, bytes, sha256 })
    return { name, bytes, sha256 }
  }

  /** Puts a sealed part into the store, which checks its hash. */
  async send({ name, bytes, sha256 }: BackupPart): Promise<void> {
    const file = join(this.#parts.drafts, name)
    await this.#parts.store.put(partKey(this.#id, name), file, { bytes, sha256 }, this.#signal)
    await rm(file)
    this.#advance({ bytes })
  }

  /** Copies those objects that the store lacks. */
  async objects(listed: readonly ListedObject[]): Promise<{ included: BackedObject[]; lacking: string[] }> {
    const { store, drafts, source } = this.#parts
    const there = new Map<string, number>()
    for await (const { key, bytes } of store.list(objectsPrefix)) there.set(key, bytes)
    const included: BackedObject[] = []
    const lacking: string[] = []
    for (const { id, bytes, sha256 } of listed) {
      this.#signal.throwIfAborted()
      const key = objectKey(sha256)
      const isThere = there.get(key) === bytes
      const copied =
        isThere || (await copy({ store, key, file: join(drafts, sha256) }, { id, bytes, sha256 }))
      if (copied) included.push({ id, bytes, sha256 })
      else lacking.push(id)
      this.#advance({ objects: 1, ...(copied && !isThere && { copied: 1, bytes }) })
    }
    return { included, lacking }

    /** False when the object is not there any more, or not what was listed. */
    async function copy(
      to: Parameters<typeof copyObject>[2],
      { id, ...expected }: BackedObject,
    ): Promise<boolean> {
      try {
        return (await copyObject(await source(id), expected, to)) !== undefined
      } catch (error) {
        if (isObjectError(error, 'OBJECT_NOT_FOUND') || isObjectError(error, 'OBJECT_CORRUPT')) return false
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
        throw error
      }
    }
  }

  async manifest(bytes: Uint8Array): Promise<string> {
    const path = join(this.#parts.drafts, manifestName)
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    await this.send({ name: manifestName, bytes: bytes.length, sha256 })
    return sha256
  }

  async #seal(name: string, lines: AsyncIterable<readonly string[]>) {
    const { drafts, random } = this.#parts
    const part = { backup: this.#id, name, key: this.#key }
    return { name, ...(await sealLines(part, lines, join(drafts, name), random)) }
  }

  #advance(by: Partial<BackupProgress>): void {
    const { tables, rows, objects, copied, bytes } = this.progress
    this.progress = {
      tables: tables + (by.tables ?? 0),
      rows: rows + (by.rows ?? 0),
      objects: objects + (by.objects ?? 0),
      copied: copied + (by.copied ?? 0),
      bytes: bytes + (by.bytes ?? 0),
    }
    this.#onProgress(this.progress)
  }
}
