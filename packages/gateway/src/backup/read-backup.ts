import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { isObjectError, ObjectError, storeSource, type ObjectStore } from '#objects'
import { BackupError, tampered } from './error.ts'
import { isGenuine, maxManifestBytes, parseManifest, type BackupPart, type Manifest } from './manifest.ts'
import { backupsPrefix, manifestName, objectKey, partKey, readPartKey } from './places.ts'
import { openLines } from './sealed-part.ts'

/** Gives the plain key of a backup, the caller’s to zero. Rejects with `KeyError` when it cannot be had. */
export type OpenBackupKey = (manifest: Manifest) => Promise<Uint8Array>

/** One object that belongs to a backup; a line of its list. */
export interface BackedObject {
  readonly id: string
  readonly bytes: number
  readonly sha256: string
}

/** A backup whose manifest is genuine; its parts are checked as they are read. */
export interface OpenBackup extends Disposable {
  readonly manifest: Manifest
  /** SHA-256 of the manifest. */
  readonly sha256: string
  /** The rows of a table, as JSON texts, in groups. Rejects with `BackupError` when the part is not what was written. */
  rows(table: string): AsyncGenerator<string[]>
  objects(): AsyncGenerator<BackedObject[]>
}

/** Ids of the whole backups in a store, oldest first: those with a manifest. */
export async function listBackups(store: ObjectStore): Promise<string[]> {
  const ids: string[] = []
  for await (const { key } of store.list(backupsPrefix)) {
    const part = readPartKey(key)
    if (part?.name === manifestName) ids.push(part.backup)
  }
  return ids.toSorted()
}

/** Rejects with `BackupError`: `BACKUP_NOT_FOUND`, `BACKUP_LOCKED`, `BACKUP_TAMPERED`. */
export async function openBackup(
  store: ObjectStore,
  id: string,
  openKey: OpenBackupKey,
): Promise<OpenBackup> {
  const bytes = await readManifest(store, id)
  const read = parseManifest(bytes)
  if (read?.manifest.id !== id) throw tampered(manifestName)
  const { manifest } = read
  const key = await openKey(manifest).catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'KEY_TAMPERED') throw tampered(manifestName, cause)
    throw new BackupError('BACKUP_LOCKED', 'what unlocks the backup cannot be had', { cause })
  })
  if (!isGenuine(read, key)) {
    key.fill(0)
    throw tampered(manifestName)
  }
  async function* lines(part: BackupPart): AsyncGenerator<string[]> {
    const ref = { store: store.id, key: partKey(id, part.name) }
    const found = await measured(store, ref.key, part.name)
    if (found.bytes !== part.bytes || found.sha256 !== part.sha256) throw tampered(part.name)
    await using source = storeSource(store, { ...ref, bytes: part.bytes })
    yield* openLines({ backup: id, name: part.name, key }, source)
  }
  return {
    manifest,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    rows(table) {
      const part = manifest.tables.find((one) => one.table === table)
      if (part === undefined) throw new TypeError('the backup has no such table')
      return lines(part)
    },
    async *objects() {
      for await (const group of lines(manifest.objects.list))
        yield group.map((line) => JSON.parse(line) as BackedObject)
    },
    [Symbol.dispose]: () => void key.fill(0),
  }
}

/** Reads all of a part and hashes it; what the store says of itself is not asked. */
async function measured(
  store: ObjectStore,
  key: string,
  part: string,
): Promise<{ bytes: number; sha256: string }> {
  try {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const piece of (await store.get({ store: store.id, key })) as AsyncIterable<Uint8Array>) {
      hash.update(piece)
      bytes += piece.length
    }
    return { bytes, sha256: hash.digest('hex') }
  } catch (error) {
    if (isObjectError(error, 'OBJECT_NOT_FOUND')) throw tampered(part, error)
    throw error
  }
}

/**
 * Reads and opens everything of a backup. Rejects with `BackupError` (`BACKUP_TAMPERED`), naming the first part that is not what was written:
 * a table’s file, or an object by its hash.
 */
export async function verifyBackup(
  store: ObjectStore,
  backup: OpenBackup,
  o: { readonly objects: boolean },
): Promise<{ rows: number; objects: number }> {
  let rows = 0
  for (const { table, name, rows: expected } of backup.manifest.tables) {
    let found = 0
    for await (const group of backup.rows(table)) {
      for (const line of group) if (!isJsonObject(line)) throw tampered(name)
      found += group.length
    }
    if (found !== expected) throw tampered(name)
    rows += found
  }
  let objects = 0
  for await (const group of backup.objects())
    for (const { bytes, sha256 } of group) {
      objects += 1
      if (!o.objects) continue
      const found = await measured(store, objectKey(sha256), sha256)
      if (found.bytes !== bytes || found.sha256 !== sha256) throw tampered(sha256)
    }
  if (objects !== backup.manifest.objects.count) throw tampered(backup.manifest.objects.list.name)
  return { rows, objects }
}

async function readManifest(store: ObjectStore, id: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let bytes = 0
  try {
    const ref = { store: store.id, key: partKey(id, manifestName) }
    const stream: Readable = await store.get(ref, { start: 0, end: maxManifestBytes + 1 })
    for await (const part of stream as AsyncIterable<Uint8Array>) {
      parts.push(part)
      bytes += part.length
    }
  } catch (cause) {
    if (cause instanceof ObjectError && /NOT_FOUND|KEY_INVALID/.test(cause.code))
      throw new BackupError('BACKUP_NOT_FOUND', 'the store has no such backup', { cause })
    throw cause
  }
  return Buffer.concat(parts, bytes)
}

function isJsonObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
