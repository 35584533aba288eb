import { createReadStream } from 'node:fs'
import { copyFile, link, mkdir, open, readdir, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import type { Random } from '#kernel'
import type { ListedObject, ObjectStore, StoredObject } from './contract.ts'
import { ObjectError } from './error.ts'
import { measureFile } from './file-hash.ts'
import { checkKey, checkPrefix } from './object-key.ts'

export interface FolderStoreOptions {
  /** Its name in the configuration. */
  readonly id: string
  /** Made, with mode 0700, when it is missing. */
  readonly dir: string
  readonly region: string | undefined
  readonly random: Random
}

/** What is not finished lies here until it is; no key can begin with a dot. */
const draftFolder = '.uploads'

/**
 * Objects as files (0600) in folders (0700). An object appears under its key at once, whole and synced, by a hard link, which also never
 * takes the place of another. From a spool on the same disk nothing is copied. There is no lock here: whoever may write to the
 * folder may delete from it, so `lock` and `hold` are refused rather than promised.
 */
export async function folderStore({ id, dir, region, random }: FolderStoreOptions): Promise<ObjectStore> {
  const drafts = join(dir, draftFolder)
  await mapped(() => mkdir(drafts, { recursive: true, mode: 0o700 }))
  const pathOf = (key: string) => join(dir, checkKey(key))
  const head = async (key: string): Promise<StoredObject> => {
    const path = pathOf(key)
    return mapped(async () => ({ store: id, key, ...(await measureFile(path)) }))
  }
  return {
    id,
    kind: 'folder',
    region,
    async put(key, file, expected) {
      const path = pathOf(key)
      const found = await mapped(() => measureFile(file))
      if (found.bytes !== expected.bytes || found.sha256 !== expected.sha256)
        throw new ObjectError('OBJECT_CORRUPT', 'the file is not the one that was sealed')
      const placed = await mapped(() => place(file, path, { dir, drafts, random }))
      const stored = { store: id, key, bytes: found.bytes, sha256: found.sha256 }
      if (placed === 'new') return stored
      const there = await head(key)
      if (there.bytes === expected.bytes && there.sha256 === expected.sha256) return stored
      throw new ObjectError('OBJECT_EXISTS', 'another object has this key')
    },
    async get({ key }, range) {
      const path = pathOf(key)
      const { size } = await mapped(() => stat(path))
      const start = range?.start ?? 0
      const end = Math.min(range?.end ?? size, size)
      if (start >= end) return Readable.from([])
      const stream = createReadStream(path, { start, end: end - 1 })
      await mapped(() => new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject)))
      return stream
    },
    head: ({ key }) => head(key),
    async *list(prefix) {
      yield* listFolder(id, dir, checkPrefix(prefix))
    },
    async delete({ key }) {
      const path = pathOf(key)
      await mapped(() => unlink(path), 'absent')
      await removeEmpty(dirname(path), dir)
    },
    lock: () => Promise.reject(refused()),
    hold: () => Promise.reject(refused()),
    cleanUp: (before) => mapped(() => removeDrafts(drafts, before)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

/** Gives the content of `file` the name `path`, unless there is something already. Durable when it resolves. */
async function place(
  file: string,
  path: string,
  o: { readonly dir: string; readonly drafts: string; readonly random: Random },
): Promise<'new' | 'exists'> {
  await makeFolders(dirname(path), o.dir)
  const outcome = await linkNew(file, path).catch(async (error: unknown) => {
    // Another disk, or one without links for this file: a synced copy beside the objects, which then gets the name.
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'].includes(codeOf(error))) throw error
    const draft = join(o.drafts, Buffer.from(o.random.bytes(12)).toString('hex'))
    try {
      await copyFile(file, draft)
      await syncPath(draft, 0o600)
      return await linkNew(draft, path)
    } finally {
      await rm(draft, { force: true })
    }
  })
  await syncPath(path, 0o600)
  await syncPath(dirname(path))
  return outcome
}

async function linkNew(from: string, to: string): Promise<'new' | 'exists'> {
  try {
    await link(from, to)
    return 'new'
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return 'exists'
    throw error
  }
}

/** Makes the folders down to `path`; each new one is durable in the one above it. */
async function makeFolders(path: string, top: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let at = path; at.length > top.length; at = dirname(at)) await syncPath(dirname(at))
}

async function syncPath(path: string, mode?: number): Promise<void> {
  const handle = await open(path, 'r')
  try {
    if (mode !== undefined) await handle.chmod(mode)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Folders that became empty go too, as far as they are; one that is in use again stays. */
async function removeEmpty(path: string, top: string): Promise<void> {
  for (let at = path; at.length > top.length; at = dirname(at)) {
    try {
      await rmdir(at)
    } catch {
      break
    }
  }
  await syncPath(top).catch(() => {})
}

/** Only files and folders: a link to elsewhere is no object. */
async function* listFolder(
  id: string,
  dir: string,
  prefix: string,
  below = '',
): AsyncGenerator<ListedObject> {
  const entries = await mapped(() => readdir(join(dir, below), { withFileTypes: true }), 'absent')
  for (const entry of entries ?? []) {
    const key = below + entry.name
    if (key === draftFolder) continue
    if (entry.isDirectory()) {
      const isOnTheWay = prefix.startsWith(`${key}/`) || `${key}/`.startsWith(prefix)
      if (isOnTheWay) yield* listFolder(id, dir, prefix, `${key}/`)
    } else if (entry.isFile() && key.startsWith(prefix)) {
      const found = await stat(join(dir, key)).catch(() => undefined)
      if (found !== undefined) yield { store: id, key, bytes: found.size } // else it went while we looked
    }
  }
}

async function removeDrafts(drafts: string, before: Date): Promise<number> {
  let count = 0
  for (const name of await readdir(drafts)) {
    const path = join(drafts, name)
    const found = await stat(path).catch(() => undefined)
    if (found === undefined || found.mtime >= before) continue
    await rm(path, { force: true })
    count += 1
  }
  return count
}

function refused(): ObjectError {
  return new ObjectError(
    'OBJECT_REFUSED',
    'a folder cannot keep anybody from deleting: use a store with object lock',
  )
}

/** What the file system says, in our words. */
async function mapped<T>(work: () => Promise<T>): Promise<T>
async function mapped<T>(work: () => Promise<T>, missing: 'absent'): Promise<T | undefined>
async function mapped<T>(work: () => Promise<T>, missing?: 'absent'): Promise<T | undefined> {
  try {
    return await work()
  } catch (cause) {
    const code = codeOf(cause)
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
    if (isMissing && missing === 'absent') return undefined
    if (isMissing) throw new ObjectError('OBJECT_NOT_FOUND', 'there is no such object', { cause })
    const refusal = code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
    if (refusal) throw new ObjectError('OBJECT_REFUSED', 'the folder refuses this', { cause })
    throw new ObjectError('OBJECT_UNAVAILABLE', 'the disk refuses this now', { cause })
  }
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code)
}
