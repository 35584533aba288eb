import assert from 'node:assert/strict'
import { copyFileSync, existsSync } from 'node:fs'
import { test } from 'node:test'
import { silentLog } from '#kernel'
import { ObjectError } from './error.ts'
import { startMover } from './mover.ts'
import { objectBench, type Bench } from './test-bench.ts'

const start = (at: Bench, keeper = at.keeper) => startMover({ ...at, keeper, log: silentLog, parallel: 3 })

test('startMover() moves what waits, a few at a time', async () => {
  await using at = await objectBench()
  for (let n = 10; n < 30; n++) await at.spooled(`rec_${n}`)
  let now = 0
  let most = 0
  const move = async (id: string) => {
    most = Math.max(most, ++now)
    return at.keeper.move(id).finally(() => now--)
  }
  await using mover = start(at, { ...at.keeper, move })
  await mover.settled()
  assert.equal(most, 3)
  assert.deepEqual(new Set([...at.rows.rows.values()].map(({ state }) => state)), new Set(['stored']))
  assert.deepEqual(await at.spool.finished(), [])
  await at.spooled('rec_99')
  mover.poke()
  await mover.settled()
  assert.equal(at.rows.rows.get('rec_99')?.state, 'stored')
})

test('startMover() waits longer and longer for a store that is away, tells the lag, and goes on when it is back', async () => {
  await using at = await objectBench()
  await at.spooled('rec_1')
  let tries = 0
  const tried: number[] = []
  const move: Bench['keeper']['move'] = (id) => {
    tried.push(at.clock.monotonicMs())
    if (++tries < 5) return Promise.reject(new ObjectError('OBJECT_UNAVAILABLE', 'away'))
    return at.keeper.move(id)
  }
  await using mover = start(at, { ...at.keeper, move })
  await mover.settled()
  for (const ms of [1_000, 2_000, 4_000]) {
    mover.poke() // does not shorten the wait
    at.clock.advance(ms)
    await mover.settled()
  }
  assert.equal(mover.lagMs, 7_000)
  at.clock.advance(8_000)
  await mover.settled()
  assert.deepEqual(tried, [0, 1_000, 3_000, 7_000, 15_000])
  assert.equal(at.rows.rows.get('rec_1')?.state, 'stored')
  assert.equal(mover.lagMs, 0)
})

test('startMover() removes files that a crash left behind their rows, and no others', async () => {
  await using at = await objectBench()
  await at.spooled('rec_1')
  copyFileSync(at.spool.pathOf('rec_1'), `${at.folder.dir}/kept`)
  await at.keeper.move('rec_1')
  copyFileSync(`${at.folder.dir}/kept`, at.spool.pathOf('rec_1'))
  copyFileSync(`${at.folder.dir}/kept`, at.spool.pathOf('rec_unknown'))
  await using mover = start(at)
  await mover.settled()
  assert.ok(!existsSync(at.spool.pathOf('rec_1')))
  assert.ok(existsSync(at.spool.pathOf('rec_unknown')))
})

test('startMover() ends deletions that something delayed, and leaves those alone whose lock has time to run', async () => {
  await using at = await objectBench()
  for (const id of ['rec_1', 'rec_2']) {
    await at.spooled(id)
    await at.keeper.move(id)
    await at.rows.beginDeleting(id)
  }
  await at.rows.stillThere('rec_2', 'OBJECT_LOCKED', new Date(at.clock.now() + 90_000))
  await using mover = start(at)
  await mover.settled()
  assert.deepEqual(
    ['rec_1', 'rec_2'].map((id) => at.rows.rows.get(id)?.state),
    ['deleted', 'deleting'],
  )
  at.clock.advance(60_000)
  await mover.settled()
  assert.equal(at.rows.rows.get('rec_2')?.state, 'deleting')
  at.clock.advance(60_000)
  await mover.settled()
  assert.equal(at.rows.rows.get('rec_2')?.state, 'deleted')
})

test('Spool.hasRoom is false from its limit on, and true again once something went', async () => {
  await using at = await objectBench()
  assert.equal(at.spool.hasRoom, true)
  await at.spooled('rec_1', 1_000_001)
  await at.spool.measure()
  assert.equal(at.spool.hasRoom, false)
  await at.keeper.move('rec_1')
  await at.spool.measure()
  assert.equal(at.spool.hasRoom, true)
})

test('startMover() lets go of an upload that is under way when it is disposed', async () => {
  await using at = await objectBench()
  await at.spooled('rec_1')
  const begun = Promise.withResolvers<void>()
  const move: Bench['keeper']['move'] = (_, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new ObjectError('OBJECT_UNAVAILABLE', 'aborted')))
      begun.resolve()
    })
  const mover = start(at, { ...at.keeper, move })
  await begun.promise
  await mover[Symbol.asyncDispose]()
  assert.equal(at.rows.rows.get('rec_1')?.state, 'spooled')
})

test('startMover() tries a few objects of a store that is away, and all of other stores', async () => {
  await using at = await objectBench()
  for (let n = 10; n < 30; n++) await at.spooled(`rec_${n}`)
  await at.spooled('rec_99')
  at.rows.add({ ...(at.rows.rows.get('rec_99') ?? assert.fail()), tenant: 'rival' as never })
  const tried: string[] = []
  const move: Bench['keeper']['move'] = (id) => {
    tried.push(id)
    if (id === 'rec_99') return at.keeper.move(id)
    return Promise.reject(new ObjectError('OBJECT_UNAVAILABLE', 'away'))
  }
  await using mover = startMover({ ...at, keeper: { ...at.keeper, move }, log: silentLog, parallel: 1 })
  await mover.settled()
  assert.deepEqual(tried, ['rec_10', 'rec_11', 'rec_12', 'rec_99'])
  assert.equal(at.rows.rows.get('rec_99')?.state, 'stored')
})
