import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { fakeClock, Secret, silentLog, type PostgresqlConfig } from '#kernel'
import { DbError } from './index.ts'
import { openPool } from './pg-pool.ts'

/** A port where nobody listens any more. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function poolOfNobody() {
  const clock = fakeClock()
  const config: PostgresqlConfig = {
    kind: 'postgresql',
    hosts: ['127.0.0.1'],
    port: await deadPort(),
    name: 'voxkeep',
    user: 'voxkeep_node',
    tls: { mode: 'dangerouslyAllowPlaintext' },
    pool: { max: 2, idleMs: 1_000, connectTimeoutMs: 1_000, statementTimeoutMs: 1_000 },
    giveUpMs: 1_000,
  }
  const pool = openPool({
    config,
    clock,
    log: silentLog,
    readPassword: () => new Secret('x'),
    maxWaiting: 20,
  })
  /** Lets time pass each time that the pool waits, until `asked` is settled. */
  const outlast = async (asked: Promise<unknown>) => {
    const state = { over: false }
    const settled = asked.catch(() => {}).then(() => (state.over = true))
    while (!state.over) {
      if (clock.timers > 0) clock.advance(50)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await settled
  }
  return { pool, clock, outlast }
}
const isCode = (code: DbError['code']) => (error: unknown) => error instanceof DbError && error.code === code

test('ServerPool.acquire() tries again for a while, then says that nobody is there', async () => {
  const { pool, clock, outlast } = await poolOfNobody()
  const asked = pool.acquire()
  assert.equal(pool.load().waiting, 1)
  await outlast(asked)
  await assert.rejects(asked, isCode('DB_UNAVAILABLE'))
  assert.ok(clock.monotonicMs() >= 350 && clock.monotonicMs() <= 1_000, `${clock.monotonicMs()} ms`)
  assert.deepEqual(pool.load(), { connections: 0, waiting: 0 })
  await pool.close()
})

test('ServerPool.acquire() waits no more for a server that was given up, or a pool that is closed', async () => {
  const { pool } = await poolOfNobody()
  const asked = pool.acquire()
  asked.catch(() => {})
  pool.giveUp(new DbError('DB_UNAVAILABLE', 'given up'))
  await assert.rejects(asked, isCode('DB_UNAVAILABLE'))
  await assert.rejects(pool.acquire(), /given up/)
  const other = await poolOfNobody()
  const waiting = other.pool.acquire()
  waiting.catch(() => {})
  await other.pool.close()
  await assert.rejects(waiting, (error) => error instanceof DbError)
  await assert.rejects(other.pool.acquire(), isCode('DB_CLOSED'))
})

test('ServerPool.acquire() refuses more than it may keep waiting', async () => {
  const { pool, outlast } = await poolOfNobody()
  const waiting = Promise.allSettled(Array.from({ length: 20 }, () => pool.acquire()))
  await assert.rejects(pool.acquire(), isCode('DB_OVERLOADED'))
  pool.giveUp(new DbError('DB_UNAVAILABLE', 'given up'))
  await outlast(waiting)
  assert.ok((await waiting).every(({ status }) => status === 'rejected'))
  await pool.close()
})
