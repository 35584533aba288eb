import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readThreads, sumThreads, threadsBetween } from './thread-usage.ts'

const stat = (name: string, user: number, system: number) =>
  `42 (${name}) S 1 42 42 0 -1 4194560 1 2 3 4 ${user} ${system} 7 8 20 0 11 0 99 1000 200\n`

test('sumThreads() tells the gateway’s threads apart by name', () => {
  const stats = [
    stat('node-MainThread', 100, 50),
    stat('voxkeep-media', 200, 0),
    stat('voxkeep-media', 0, 100),
    stat('voxkeep-db', 25, 0),
    stat('node-V8Worker', 1, 1),
    stat('libuv-worker', 2, 0),
    '',
  ]
  assert.deepEqual(sumThreads(stats), { main: 1.5, media: 3, database: 0.25, helpers: 0.04 })
})

test('threadsBetween() gives what was used in between', () => {
  const [from, to] = [
    { main: 1, media: 2, database: 3, helpers: 4 },
    { main: 2, media: 4, database: 6, helpers: 8 },
  ]
  assert.deepEqual(threadsBetween(from, to), { main: 1, media: 2, database: 3, helpers: 4 })
})

test('readThreads() finds this process’s main thread', async () => {
  const { main } = await readThreads(process.pid)
  assert.ok(main > 0)
})
