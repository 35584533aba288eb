import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { silentLog, systemClock } from '#kernel'
import { startJobs, type Job } from '#jobs'
import type { Database } from './open-database.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'

const schedule = { cron: '17 3 * * *', timeZone: 'Europe/Berlin' }
const base = { timeoutMs: 60_000, retries: 2 }

describe('startJobs()', () => {
  let place: TestDatabase
  let database: Database
  before(async () => {
    place = await testDatabase()
    database = await place.open()
  })
  after(async () => {
    await database[Symbol.asyncDispose]()
    place[Symbol.dispose]()
  })
  const start = (jobs: readonly Job[], counted: string[] = []) =>
    startJobs({
      database: database.jobs,
      clock: systemClock,
      log: silentLog,
      jobs,
      count: (_, { job, outcome }) => void counted.push(`${job} ${outcome}`),
    })

  test('runs a job that is asked for at once, and tells how it went', async () => {
    const ran = Promise.withResolvers<void>()
    const job: Job = { ...base, name: 'sweep', schedule, run: async () => (ran.resolve(), { deleted: 3 }) }
    await using jobs = start([job])
    const [idle] = await jobs.list()
    assert.partialDeepStrictEqual(idle, { name: 'sweep', state: 'idle', lastRunAt: null, schedule })
    assert.ok((idle?.nextRunAt?.getTime() ?? 0) > systemClock.now())
    assert.equal(await jobs.start('sweep'), true)
    await ran.promise
    const done = await settled(jobs, (state) => state === 'idle')
    assert.deepEqual([done.lastError, done.lastResult], [null, { deleted: 3 }])
    assert.ok(done.lastRunAt !== null && done.lastEndedAt !== null)
  })

  test('keeps code and message of a failure, without its cause, and tries again later', async () => {
    const counted: string[] = []
    const failed = Promise.withResolvers<void>()
    const run = async () => {
      failed.resolve()
      throw Object.assign(new Error('it cannot', { cause: 'number +4930' }), { code: 'SWEEP_FAILED' })
    }
    await using jobs = start([{ ...base, name: 'broken', run }], counted)
    await jobs.start('broken')
    await failed.promise
    const state = await settled(jobs, (now) => now === 'retrying')
    assert.equal(state.lastError, 'SWEEP_FAILED: it cannot')
    assert.deepEqual(counted, ['broken failed'])
    const { rows } = await database.jobs.executeSql('select output::text from pgboss.job')
    assert.ok(!JSON.stringify(rows).includes('+4930'))
  })

  test('runs one at a time, and lets one more wait', async () => {
    const begun = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    let running = 0
    const run = async () => {
      assert.equal(++running, 1)
      begun.resolve()
      await go.promise
      running--
      return {}
    }
    await using jobs = start([{ ...base, name: 'alone', run }])
    await jobs.start('alone')
    await begun.promise
    assert.deepEqual([await jobs.start('alone'), await jobs.start('alone')], [true, false])
    go.resolve()
  })

  test('aborts what runs when it is disposed, and refuses unknown names', async () => {
    const begun = Promise.withResolvers<void>()
    const run = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => {
        begun.resolve()
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
    const jobs = start([{ ...base, name: 'long', run }])
    await assert.rejects(jobs.start('other'), { code: 'JOB_UNKNOWN' })
    await jobs.start('long')
    await begun.promise
    await jobs[Symbol.asyncDispose]()
  })
})

/** The only job's state once it is as expected: each answer comes from the database, so asking again is waiting. */
async function settled(jobs: ReturnType<typeof startJobs>, probe: (state: string) => boolean) {
  for (;;) {
    const [job] = await jobs.list()
    if (job !== undefined && probe(job.state)) return job
  }
}
