import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { ObjectStore } from './contract.ts'
import { storeSource } from './store-source.ts'

/** What every store must do; each case has keys of its own. */
export interface StoreCase {
  /** Goes on from the name of whatever makes the store. */
  readonly does: string
  run(store: ObjectStore, folder: SuiteFolder): Promise<void>
}

/** Files to put, gone when disposed. */
export interface SuiteFolder extends AsyncDisposable {
  readonly dir: string
  file(bytes: Uint8Array): Promise<{ path: string; bytes: number; sha256: string }>
}

export async function suiteFolder(): Promise<SuiteFolder> {
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-store-'))
  let made = 0
  return {
    dir,
    async file(bytes) {
      const path = join(dir, `file-${++made}`)
      await writeFile(path, bytes, { mode: 0o600 })
      return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}

export function noise(bytes: number, seed: string): Uint8Array {
  return new Uint8Array(createHash('shake256', { outputLength: bytes }).update(seed).digest())
}

async function put(store: ObjectStore, folder: SuiteFolder, key: string, bytes: Uint8Array) {
  const file = await folder.file(bytes)
  return { file, stored: await store.put(key, file.path, file) }
}

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys.toSorted()
}

export const storeSuite: readonly StoreCase[] = [
  {
    does: 'gives back what was put, whole and in ranges',
    async run(store, folder) {
      const bytes = noise(100_000, 'whole')
      const { stored, file } = await put(store, folder, 'a/whole', bytes)
      assert.deepEqual(
        [stored.store, stored.key, stored.bytes, stored.sha256],
        [store.id, 'a/whole', file.bytes, file.sha256],
      )
      assert.deepEqual(await store.head(stored), stored)
      assert.ok((await buffer(await store.get(stored))).equals(bytes))
      for (const [start, end] of [
        [0, 1],
        [99_999, 100_000],
        [500, 70_000],
        [99_000, 200_000],
        [10, 10],
        [100_000, 100_001],
      ] as const)
        assert.ok(
          (await buffer(await store.get(stored, { start, end }))).equals(bytes.subarray(start, end)),
          `${start}-${end}`,
        )
      assert.ok((await buffer(await store.get(stored, { start: 99_990 }))).equals(bytes.subarray(99_990)))
    },
  },
  {
    does: 'takes the same object again, and refuses another under its key',
    async run(store, folder) {
      const { file, stored } = await put(store, folder, 'again', noise(2_000, 'again'))
      assert.deepEqual(await store.put('again', file.path, file), stored)
      const other = await folder.file(noise(2_000, 'other'))
      await assert.rejects(store.put('again', other.path, other), { code: 'OBJECT_EXISTS' })
      assert.equal((await store.head(stored)).sha256, file.sha256)
    },
  },
  {
    does: 'refuses a file that is not the one that was sealed, and keeps nothing of it',
    async run(store, folder) {
      const file = await folder.file(noise(2_000, 'sealed'))
      const changed = await folder.file(noise(2_000, 'changed'))
      await assert.rejects(store.put('changed', changed.path, file), { code: 'OBJECT_CORRUPT' })
      const cut = await folder.file(noise(1_999, 'sealed'))
      await assert.rejects(store.put('changed', cut.path, file), { code: 'OBJECT_CORRUPT' })
      await assert.rejects(store.head({ store: store.id, key: 'changed' }), { code: 'OBJECT_NOT_FOUND' })
    },
  },
  {
    does: 'says of an object that is not there that it is not there',
    async run(store, folder) {
      const ref = { store: store.id, key: 'none/at/all' }
      await assert.rejects(store.get(ref), { code: 'OBJECT_NOT_FOUND' })
      await assert.rejects(store.head(ref), { code: 'OBJECT_NOT_FOUND' })
      await store.delete(ref)
      await assert.rejects(store.put('gone', join(folder.dir, 'none'), { bytes: 1, sha256: '' }), {
        code: 'OBJECT_NOT_FOUND',
      })
    },
  },
  {
    does: 'deletes for good, and a second time nothing',
    async run(store, folder) {
      const { stored } = await put(store, folder, 'd/one', noise(10, 'one'))
      const { stored: beside } = await put(store, folder, 'd/one-more', noise(10, 'beside'))
      await store.delete(stored)
      await store.delete(stored)
      await assert.rejects(store.head(stored), { code: 'OBJECT_NOT_FOUND' })
      await assert.rejects(store.get(stored), { code: 'OBJECT_NOT_FOUND' })
      assert.deepEqual(await keysOf(store, 'd/'), [beside.key])
    },
  },
  {
    does: 'lists what lies below a prefix, with sizes',
    async run(store, folder) {
      await put(store, folder, 'l/a/1', noise(1, '1'))
      await put(store, folder, 'l/a/2', noise(22, '2'))
      await put(store, folder, 'l/b/3', noise(3, '3'))
      assert.deepEqual(await keysOf(store, 'l/'), ['l/a/1', 'l/a/2', 'l/b/3'])
      assert.deepEqual(await keysOf(store, 'l/a/'), ['l/a/1', 'l/a/2'])
      assert.deepEqual(await keysOf(store, 'l/none/'), [])
      const found = await Array.fromAsync(store.list('l/a/2'))
      assert.deepEqual(
        found.map(({ key, bytes }) => [key, bytes]),
        [['l/a/2', 22]],
      )
    },
  },
  {
    does: 'refuses keys that would leave their place',
    async run(store, folder) {
      const file = await folder.file(noise(1, 'key'))
      for (const key of [
        '',
        '/a',
        'a/',
        'a//b',
        '../a',
        'a/../b',
        './a',
        '.uploads/x',
        'a\\b',
        'a\0',
        'ä',
        'a'.repeat(600),
        'a b',
      ])
        for (const act of [
          () => store.put(key, file.path, file),
          () => store.get({ store: store.id, key }),
          () => store.head({ store: store.id, key }),
          () => store.delete({ store: store.id, key }),
        ])
          await assert.rejects(async () => act(), { code: 'OBJECT_KEY_INVALID' }, JSON.stringify(key))
      await assert.rejects(Array.fromAsync(store.list('../')), { code: 'OBJECT_KEY_INVALID' })
    },
  },
  {
    does: 'keeps an object of no bytes',
    async run(store, folder) {
      const { stored } = await put(store, folder, 'empty', new Uint8Array())
      assert.equal(stored.bytes, 0)
      assert.equal((await buffer(await store.get(stored))).length, 0)
    },
  },
  {
    does: 'is read through storeSource() at any place',
    async run(store, folder) {
      const bytes = noise(700_000, 'source')
      const { stored } = await put(store, folder, 'source', bytes)
      await using source = storeSource(store, stored)
      assert.equal(source.bytes, bytes.length)
      for (const [position, length] of [
        [0, 4_160],
        [683_000, 20_000],
        [300, 16_400],
        [65_000, 200_000],
        [265_000, 16_400],
        [699_999, 5],
        [700_000, 1],
      ] as const)
        assert.ok(
          Buffer.from(await source.read(position, length)).equals(
            bytes.subarray(position, position + length),
          ),
          `${position}`,
        )
    },
  },
]
