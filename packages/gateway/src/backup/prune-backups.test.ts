import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { createId, silentLog } from '#kernel'
import { folderStore, type ObjectStore } from '#objects'
import { serializeManifest, type Manifest } from './manifest.ts'
import { objectKey, partKey } from './places.ts'
import { pruneBackups } from './prune-backups.ts'
import { listBackups } from './read-backup.ts'
import { sealLines } from './sealed-part.ts'

/** Files to put, gone when disposed. */
async function suiteFolder() {
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-prune-'))
  let made = 0
  return {
    dir,
    async file(bytes: Uint8Array) {
      const path = join(dir, `file-${++made}`)
      await writeFile(path, bytes)
      return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}
type SuiteFolder = Awaited<ReturnType<typeof suiteFolder>>

function noise(bytes: number, seed: string): Uint8Array {
  return new Uint8Array(createHash('shake256', { outputLength: bytes }).update(seed).digest())
}

const random = { bytes: nodeRandomBytes }
const key = new Uint8Array(32).fill(3)
const hour = 60 * 60_000
const nowMs = 1_700_000_000_000

async function put(store: ObjectStore, folder: SuiteFolder, to: string, bytes: Uint8Array) {
  const file = await folder.file(bytes)
  await store.put(to, file.path, file)
  return file
}

/** A whole backup that was begun so many hours ago, and needs these objects. */
async function backup(
  store: ObjectStore,
  folder: SuiteFolder,
  hoursAgo: number,
  objects: readonly string[],
): Promise<string> {
  const id = createId('bak', nowMs - hoursAgo * hour, random)
  const listed: { id: string; bytes: number; sha256: string }[] = []
  for (const object of objects) {
    const { bytes, sha256, path } = await folder.file(noise(100, object))
    await store.put(objectKey(sha256), path, { bytes, sha256 })
    listed.push({ id: object, bytes, sha256 })
  }
  const draft = join(folder.dir, id)
  async function* lines() {
    yield listed.map((object) => JSON.stringify(object))
  }
  const { bytes, sha256 } = await sealLines(
    { backup: id, name: 'objects-list.vxb', key },
    lines(),
    draft,
    random,
  )
  await store.put(partKey(id, 'objects-list.vxb'), draft, { bytes, sha256 })
  await rename(draft, `${draft}.done`)
  const manifest: Manifest = {
    format: 'voxkeep-backup',
    version: 1,
    id,
    at: new Date(nowMs).toISOString(),
    node: 'a',
    migrations: [],
    key: {
      id: 'tky_1',
      version: 1,
      provider: 'local',
      key: 'k',
      key_ref: 'r',
      wrapped: 'AAAA',
      data_key: 'AAAA',
    },
    tables: [],
    objects: { list: { name: 'objects-list.vxb', bytes, sha256 }, count: listed.length, bytes: 0 },
    lacking: [],
  }
  await put(store, folder, partKey(id, 'manifest.json'), serializeManifest(manifest, key))
  return id
}

const prune = (store: ObjectStore, keep: number, openKey = async () => Uint8Array.from(key)) =>
  pruneBackups({ store, keep, nowMs, openKey, log: silentLog })
const count = async (store: ObjectStore, prefix: string) => (await Array.fromAsync(store.list(prefix))).length

describe('pruneBackups()', () => {
  test('pruneBackups() keeps the newest, and every object that one of them needs', async () => {
    await using folder = await suiteFolder()
    const store = await folderStore({ id: 's', dir: join(folder.dir, 'store'), region: undefined, random })
    const old = await backup(store, folder, 30, ['one', 'two'])
    const kept = [
      await backup(store, folder, 20, ['two', 'three']),
      await backup(store, folder, 10, ['two', 'four']),
    ]
    assert.deepEqual(await prune(store, 2), { backups: [old], objects: 1 })
    assert.deepEqual(await listBackups(store), kept)
    assert.equal(await count(store, 'backup/objects/'), 3)
    assert.equal(await count(store, `backup/${old}/`), 0)
    assert.deepEqual(await prune(store, 2), { backups: [], objects: 0 })
  })

  test('pruneBackups() removes nothing while a backup that stays cannot be opened', async () => {
    await using folder = await suiteFolder()
    const store = await folderStore({ id: 's', dir: join(folder.dir, 'store'), region: undefined, random })
    const whole = [await backup(store, folder, 30, ['one']), await backup(store, folder, 20, ['two'])]
    const locked = () => Promise.reject(new Error('no key'))
    assert.deepEqual(await prune(store, 1, locked), { backups: [], objects: 0 })
    // Nor for one that somebody put there, and that is none.
    await put(store, folder, partKey(createId('bak', nowMs, random), 'manifest.json'), noise(10, 'forged'))
    assert.deepEqual(await prune(store, 1), { backups: [], objects: 0 })
    assert.equal(await count(store, 'backup/objects/'), 2)
    for (const id of whole) assert.equal(await count(store, `backup/${id}/`), 2)
  })

  test('pruneBackups() removes what a failed backup left, once it is a day old', async () => {
    await using folder = await suiteFolder()
    const store = await folderStore({ id: 's', dir: join(folder.dir, 'store'), region: undefined, random })
    const [young, old] = [2, 30].map((ago) => createId('bak', nowMs - ago * hour, random))
    for (const id of [young, old]) await put(store, folder, partKey(id ?? '', 'calls.vxb'), noise(10, 'part'))
    await prune(store, 3)
    assert.equal(await count(store, `backup/${young}/`), 1)
    assert.equal(await count(store, `backup/${old}/`), 0)
  })
})
