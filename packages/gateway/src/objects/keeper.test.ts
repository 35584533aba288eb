import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import type { ObjectStore } from './contract.ts'
import { ObjectError } from './error.ts'
import { objectBench } from './test-bench.ts'

const id = 'rec_1'

test('Keeper.move() takes a sealed file to its store, lists where, and lets the file go', async () => {
  await using at = await objectBench()
  const content = await at.spooled(id)
  at.clock.advance(1_500)
  assert.equal(await at.keeper.move(id), 'moved')
  const row = at.rows.rows.get(id)
  assert.deepEqual([row?.state, row?.store, row?.key], ['stored', 'local', 'audio/acme/2023-11-14/rec_1.vxr'])
  assert.ok(!existsSync(at.spool.pathOf(id)))
  const stored = { store: 'local', key: row?.key ?? '' }
  assert.ok((await buffer(await at.store.get(stored))).equals(content))
  assert.deepEqual(
    at.events.map(({ kind, ...rest }) => [kind, 'lagMs' in rest && rest.lagMs]),
    [['stored', 1_500]],
  )
  assert.equal(await at.keeper.move(id), 'gone')
})

test('Keeper.move() does again what a crash left half done, at every step', async () => {
  await using at = await objectBench()
  await at.spooled(id)
  const row = at.rows.rows.get(id)
  assert.ok(row)
  // Died after the store had it, before that was listed.
  await at.store.put('audio/acme/2023-11-14/rec_1.vxr', at.spool.pathOf(id), row)
  assert.equal(await at.keeper.move(id), 'moved')
  assert.equal((await Array.fromAsync(at.store.list(''))).length, 1)
})

test('Keeper.move() leaves everything as it is while the store is away', async () => {
  let isAway = true
  const away = new ObjectError('OBJECT_UNAVAILABLE', 'away')
  await using at = await objectBench((store) => ({
    ...store,
    put: (...put) => (isAway ? Promise.reject(away) : store.put(...put)),
  }))
  await at.spooled(id)
  await assert.rejects(at.keeper.move(id), { code: 'OBJECT_UNAVAILABLE' })
  assert.equal(at.rows.rows.get(id)?.state, 'spooled')
  assert.ok(existsSync(at.spool.pathOf(id)))
  isAway = false
  assert.equal(await at.keeper.move(id), 'moved')
})

test('Keeper.move() says what is wrong with a file that changed or went, and keeps what there is', async () => {
  await using at = await objectBench()
  const content = await at.spooled(id)
  content[500] = (content[500] ?? 0) ^ 1
  writeFileSync(at.spool.pathOf(id), content)
  assert.equal(await at.keeper.move(id), 'tampered')
  assert.equal(at.rows.rows.get(id)?.state, 'corrupt')
  assert.deepEqual(readFileSync(at.spool.pathOf(id)), Buffer.from(content))
  await at.spooled('rec_2')
  await rm(at.spool.pathOf('rec_2'))
  assert.equal(await at.keeper.move('rec_2'), 'tampered')
  assert.equal(at.rows.rows.get('rec_2')?.state, 'missing')
  assert.deepEqual(
    at.events.map((event) => event.kind === 'tampered' && event.code),
    ['OBJECT_CORRUPT', 'OBJECT_NOT_FOUND'],
  )
})

test('Keeper.deleteObject() destroys the key, then the bytes, wherever they are', async () => {
  await using at = await objectBench()
  await at.spooled(id)
  await at.spooled('rec_2')
  await at.keeper.move('rec_2')
  for (const one of [id, 'rec_2']) {
    assert.deepEqual(await at.keeper.deleteObject(one), { state: 'deleted' })
    assert.deepEqual(await at.keeper.deleteObject(one), { state: 'deleted' })
    assert.equal(at.rows.rows.get(one)?.state, 'deleted')
  }
  assert.deepEqual(at.shredded, [id, 'rec_2'])
  assert.deepEqual(await at.spool.finished(), [])
  assert.deepEqual(await Array.fromAsync(at.store.list('')), [])
  assert.deepEqual(await at.keeper.deleteObject('rec_none'), { state: 'deleted' })
})

test('Keeper.deleteObject() leaves the bytes when the key cannot be destroyed', async () => {
  await using at = await objectBench()
  await at.spooled(id)
  const { objectKeeper } = await import('./keeper.ts')
  const { rows, spool, stores, clock } = at
  const failing = objectKeeper({
    rows,
    spool,
    stores,
    node: undefined,
    clock,
    log: (await import('#kernel')).silentLog,
    shred: () => Promise.reject(new Error('no database')),
    onEvent: () => {},
  })
  await assert.rejects(failing.deleteObject(id), { message: 'no database' })
  assert.ok(existsSync(at.spool.pathOf(id)))
  assert.equal(at.rows.rows.get(id)?.state, 'deleting')
})

test('Keeper.deleteObject() says what keeps the bytes of an object whose key is destroyed already', async () => {
  const until = new Date(1_800_000_000_000)
  const locked = new ObjectError('OBJECT_LOCKED', 'locked', { until })
  let remove: ObjectStore['delete'] = () => Promise.reject(locked)
  await using at = await objectBench((store) => {
    const inner = store.delete
    return { ...store, delete: (ref) => (remove === inner ? inner(ref) : remove(ref)) }
  })
  await at.spooled(id)
  await at.keeper.move(id)
  const expected = { state: 'deleting', reason: 'OBJECT_LOCKED', until }
  assert.deepEqual(await at.keeper.deleteObject(id), expected)
  assert.deepEqual(await at.keeper.deleteObject(id), expected)
  assert.deepEqual(at.rows.rows.get(id)?.lock_until, until)
  assert.equal(at.events.filter(({ kind }) => kind === 'kept').length, 1)
  assert.deepEqual(at.shredded, [id, id])
  remove = () => Promise.resolve()
  assert.deepEqual(await at.keeper.deleteObject(id), { state: 'deleted' })
})

test('Keeper.deleteObject() leaves another node’s spool to that node', async () => {
  await using at = await objectBench((store) => store, 'b')
  await at.spooled(id) // of node a
  assert.deepEqual(await at.keeper.deleteObject(id), { state: 'deleting', reason: 'OBJECT_ELSEWHERE' })
  assert.deepEqual(at.shredded, [id])
  assert.ok(existsSync(at.spool.pathOf(id)))
})

test('Keeper does one thing at a time with an object: a deletion while it moves leaves nothing behind', async () => {
  await using at = await objectBench()
  await at.spooled(id)
  const [, deleted] = await Promise.all([at.keeper.move(id), at.keeper.deleteObject(id)])
  assert.deepEqual(deleted, { state: 'deleted' })
  assert.deepEqual(await Array.fromAsync(at.store.list('')), [])
  assert.ok(!existsSync(join(at.spool.dir, `${id}.vxr`)))
})
