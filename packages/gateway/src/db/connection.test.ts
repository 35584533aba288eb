import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'node:test'
import { startDatabaseThread } from './connection.ts'
import { DbError } from './error.ts'

/** Starts a thread that runs `code` in place of the database's. */
async function startThread(code: string) {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-thread-'))
  const file = join(dir, 'thread.mjs')
  writeFileSync(file, `import { parentPort } from 'node:worker_threads'\n${code}`)
  try {
    return await startDatabaseThread({ dir }, pathToFileURL(file))
  } finally {
    rmSync(dir, { recursive: true })
  }
}
const isCode = (code: DbError['code']) => (error: unknown) => error instanceof DbError && error.code === code

test('startDatabaseThread() rejects when the thread cannot open the database', async () => {
  const failed = `{ kind: 'failed', id: undefined, sqlState: 'XX000', message: 'no disk' }`
  await assert.rejects(startThread(`parentPort.postMessage([${failed}])`), isCode('DB_FAILED'))
  await assert.rejects(startThread(`throw new Error('broken')`), isCode('DB_FAILED'))
})

test('Connection.lost tells that the thread died; what waited and what comes later reject', async () => {
  const connection = await startThread(
    `parentPort.on('message', () => process.exit(1)); parentPort.postMessage([{ kind: 'ready' }])`,
  )
  await assert.rejects(connection.query('select 1', []), isCode('DB_CLOSED'))
  assert.equal((await connection.lost).code, 'DB_CLOSED')
  await assert.rejects(connection.query('select 1', []), isCode('DB_CLOSED'))
  await connection.close()
})

test('Connection.query() refuses more than it may keep waiting', async () => {
  const connection = await startThread(
    `parentPort.on('message', () => {}); parentPort.postMessage([{ kind: 'ready' }])
     parentPort.on('message', (all) => {
       const close = all.find((one) => one.kind === 'close')
       if (close) parentPort.postMessage([{ kind: 'rows', id: close.id, rows: [] }])
     })`,
  )
  const waiting = Promise.allSettled(Array.from({ length: 10_000 }, () => connection.query('select 1', [])))
  await assert.rejects(connection.query('select 1', []), isCode('DB_OVERLOADED'))
  await connection.close()
  const rejected = (await waiting).every((result) => result.status === 'rejected')
  assert.ok(rejected, 'closing leaves nobody waiting')
})

test('Connection.query() sends what is asked for in one turn as one message', async () => {
  const connection = await startThread(
    `parentPort.on('message', (all) => {
       parentPort.postMessage(all.map(({ id }) => ({ kind: 'rows', id, rows: [all.length] })))
     })
     parentPort.postMessage([{ kind: 'ready' }])`,
  )
  const later = Promise.resolve().then(() => connection.query('select 3', []))
  const answers = await Promise.all([
    connection.query('select 1', []),
    connection.query('select 2', []),
    later,
  ])
  assert.deepEqual(
    answers.map(({ rows }) => rows),
    [[3], [3], [3]],
  )
  await connection.close()
})

test('Connection.query() rejects what cannot be handed over', async () => {
  const connection = await startThread(
    `parentPort.on('message', ([{ id }]) => parentPort.postMessage([{ kind: 'rows', id, rows: [] }]))
     parentPort.postMessage([{ kind: 'ready' }])`,
  )
  await assert.rejects(connection.query('select 1', [() => {}]), isCode('DB_FAILED'))
  await connection.close()
})
