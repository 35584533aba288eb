import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { folderStore } from './folder-store.ts'
import { noise, storeSuite, suiteFolder } from './store-suite.ts'

const random = { bytes: nodeRandomBytes }
const open = (dir: string) => folderStore({ id: 'local', dir, region: 'eu', random })

describe('folderStore()', () => {
  for (const { does, run } of storeSuite)
    test(`folderStore() ${does}`, async () => {
      await using folder = await suiteFolder()
      await using store = await open(join(folder.dir, 'objects'))
      await run(store, folder)
    })

  test('folderStore() shares an object’s blocks with the file on the same disk, and its owner alone may read it', async () => {
    await using folder = await suiteFolder()
    const dir = join(folder.dir, 'objects')
    const store = await open(dir)
    const file = await folder.file(noise(5_000, 'link'))
    await store.put('audio/acme/one', file.path, file)
    const path = join(dir, 'audio/acme/one')
    assert.equal(statSync(path).ino, statSync(file.path).ino)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    for (const made of [dir, join(dir, 'audio'), join(dir, 'audio/acme')])
      assert.equal(statSync(made).mode & 0o777, 0o700)
  })

  test('folderStore() copies from another disk, and leaves no draft behind', async (t) => {
    if (!existsSync('/dev/shm') || statSync('/dev/shm').dev === statSync(import.meta.dirname).dev)
      return t.skip('this machine has one disk')
    await using folder = await suiteFolder()
    const dir = `/dev/shm/${folder.dir.split('/').at(-1)}`
    const store = await open(dir)
    const file = await folder.file(noise(5_000, 'copy'))
    const stored = await store.put('one', file.path, file)
    assert.deepEqual(await store.head(stored), stored)
    assert.deepEqual(readdirSync(join(dir, '.uploads')), [])
    await store.delete(stored)
    await import('node:fs/promises').then(({ rm }) => rm(dir, { recursive: true }))
  })

  test('folderStore() removes folders that became empty', async () => {
    await using folder = await suiteFolder()
    const dir = join(folder.dir, 'objects')
    const store = await open(dir)
    const file = await folder.file(noise(1, 'empty'))
    await store.delete(await store.put('a/b/c', file.path, file))
    assert.deepEqual(readdirSync(dir), ['.uploads'])
  })

  test('folderStore() finds and removes drafts that a crash left, and none that is younger', async () => {
    await using folder = await suiteFolder()
    const dir = join(folder.dir, 'objects')
    const store = await open(dir)
    for (const [name, seconds] of [
      ['old', 1_000],
      ['young', 3_000],
    ] as const) {
      writeFileSync(join(dir, '.uploads', name), 'draft')
      utimesSync(join(dir, '.uploads', name), seconds, seconds)
    }
    assert.equal(await store.cleanUp(new Date(2_000_000)), 1)
    assert.deepEqual(readdirSync(join(dir, '.uploads')), ['young'])
    assert.deepEqual(await Array.fromAsync(store.list('')), [])
  })

  test('folderStore() lists no link, so that nothing outside is taken for an object', async () => {
    await using folder = await suiteFolder()
    const dir = join(folder.dir, 'objects')
    const store = await open(dir)
    symlinkSync('/etc', join(dir, 'etc'))
    symlinkSync('/etc/passwd', join(dir, 'passwd'))
    assert.deepEqual(await Array.fromAsync(store.list('')), [])
  })

  test('folderStore() refuses locks and holds that it could not keep', async () => {
    await using folder = await suiteFolder()
    const store = await open(folder.dir)
    const ref = { store: 'local', key: 'a' }
    await assert.rejects(store.lock(ref, 'compliance', new Date()), { code: 'OBJECT_REFUSED' })
    await assert.rejects(store.hold(ref, true), { code: 'OBJECT_REFUSED' })
  })
})
