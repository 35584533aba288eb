import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import { judgeCheckpoint, verifyExport } from '@voxkeep/tlog'
import { auditReader, openAudit, openSigners, startCheckpoints } from '#audit'
import { configSchema, fakeClock, Secret, silentLog, type AppId, type CallId, type EventId } from '#kernel'
import { openHolds, openSubjects, planDeletions, policies, type HoldsDeps } from '#retention'
import { auditStore } from './audit-store.ts'
import { holdStore } from './hold-store.ts'
import type { Database } from './open-database.ts'
import { outboxStore } from './outbox-store.ts'
import { retentionStore } from './retention-store.ts'
import { subjectStore } from './subject-store.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'
import { acme, insertCall, insertObject, insertUnlisted, markDestroyed, placeHold } from './test-retention.ts'

const start = new Date('2026-01-01T00:00:00Z')
const dayMs = 86_400_000
const call = (n: number) => `call_${n}` as CallId
const never = new AbortController().signal
const emptied = [
  'calls',
  'recordings',
  'data_keys',
  'call_parties',
  'call_legs',
  'call_events',
  'outbox',
  'objects',
  'holds',
  'subject_requests',
  'shredded_keys',
]

describe('openSubjects()', () => {
  let made = 0
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
  beforeEach(async () => {
    for (const table of emptied) await sql`delete from ${sql.table(table)}`.execute(database.kysely)
  })

  function open(o: { isAudited?: boolean; destroys?: boolean; audit?: HoldsDeps['audit'] } = {}) {
    const clock = fakeClock(start.getTime() + dayMs)
    const audited: { type: string; fields: Readonly<Record<string, unknown>> }[] = []
    const random = { bytes: (count: number) => new Uint8Array(count).fill(++made) }
    const audit = async ({ type, fields }: { type: string; fields: Readonly<Record<string, unknown>> }) => {
      if (o.isAudited === false) throw new Error('full')
      audited.push({ type, fields })
    }
    const keep = { audio: '5y', numbers: '5y', calls: '5y' }
    const rules = policies(
      configSchema.shape.retention.parse({
        policies: [{ id: 'advice', label: 'advice', mandatory: true, keep }],
      }),
    )
    const store = retentionStore(database)
    const index = (_: string, number: string) => `index-${number}`
    const forgotten: string[] = []
    const common = { clock, random, log: silentLog, audit: o.audit ?? audit, index }
    const holds = openHolds({ ...common, store: holdStore(database), holdObject: async () => {} })
    const subjects = openSubjects({
      ...common,
      store,
      subjects: subjectStore(database),
      policies: rules,
      holdsOn: holds.onCall,
      also: {
        found: async () => ({ tokens: 2, payments: 1 }),
        forget: async (_tenant, call) => void forgotten.push(call),
      },
      destroy: async ({ id }) => {
        if (o.destroys === false) throw Object.assign(new Error('away'), { code: 'OBJECT_UNAVAILABLE' })
        await markDestroyed(database, id)
      },
      wake: async () => {},
    })
    const run = async (kind: 'find' | 'export' | 'erase', subject: string) => {
      const { id } = await subjects.ask(acme, { kind, subject, withAudio: false }, 'token:a')
      await subjects.work(never)
      return subjects.get(acme, id)
    }
    return {
      subjects,
      run,
      audited,
      forgotten,
      clock,
      plan: (by: Date) => planDeletions({ store, policies: rules, clock }, acme, by),
    }
  }

  /** A call from `a` or another with one recording. */
  const record = async (
    n: number,
    more: { from?: string; label?: string; tenant?: string; lockUntil?: Date } = {},
  ) => {
    const { lockUntil, ...rest } = more
    await insertCall(database, { id: call(n), startedAt: start, ...rest })
    const { tenant = 'acme' } = more
    await insertObject(database, {
      id: `rec_${n}`,
      call: call(n),
      tenant,
      createdAt: start,
      ...(lockUntil && { lockUntil }),
    })
  }

  test('finds a person’s calls and what hangs on them, and nobody else’s', async () => {
    await record(1)
    await record(2, { from: 'index-z' })
    await record(3, { tenant: 'other' })
    const { run, audited } = open()
    const { report, state } = (await run('find', 'a')) ?? {}
    assert.equal(state, 'done')
    assert.deepEqual(report, {
      calls: 1,
      recordings: 1,
      transcripts: 0,
      analytics: 0,
      events: 1,
      outbox: 1,
      bytes: 100,
      tokens: 2,
      payments: 1,
      callIds: [call(1)],
    })
    assert.deepEqual(
      audited.map(({ type }) => type),
      ['subject.find', 'subject.find.done'],
    )
  })

  test('subjectStore().sent() gives what went to an app, in a body or in an address', async () => {
    const to = { url: 'https://key:word@app.test/done?From=%2B12025550142', method: 'GET' } as const
    const row = { app: 'bank' as AppId, call_id: call(1), type: 'completed', created_at: start, attempt: 0 }
    const waiting = { ...row, next_at: start, state: 'pending', last_status: null, last_error: null } as const
    const outbox = outboxStore(database, () => acme)
    await outbox.insert({ ...waiting, id: 'evt_1' as EventId, body: '', to })
    await outbox.insert({ ...waiting, id: 'evt_2' as EventId, body: '{}', to })
    await outbox.insert({ ...waiting, id: 'evt_3' as EventId, body: 'From=1', to: { ...to, method: 'POST' } })
    const sent = await subjectStore(database).sent(acme, call(1))
    assert.deepEqual(
      sent.map(({ body }) => body),
      ['From=%2B12025550142', '{}', 'From=1'],
    )
  })

  test('erases all of it, proves each object, and forgets whom it was about', async () => {
    await record(1)
    const { run, forgotten } = open()
    const done = await run('erase', 'a')
    assert.deepEqual(forgotten, [call(1)])
    const objects = [{ object: 'rec_1', wrappedKeySha256: 'cd'.repeat(32) }]
    assert.deepEqual(done?.report, { calls: 1, objects, kept: [], left: 0 })
    assert.deepEqual([done?.subject_index, done?.subject_id], [null, null])
    assert.partialDeepStrictEqual((await run('find', 'a'))?.report, { calls: 0 })
    const { rows } = await sql<Record<string, unknown>>`select * from calls`.execute(database.kysely)
    assert.partialDeepStrictEqual(rows[0], {
      from_sealed: '',
      to_sealed: '',
      from_index: null,
      ladder_sealed: null,
    })
    assert.deepEqual(rows[0]?.['receipt'], { quality: null, endReason: null })
  })

  test('finds and erases somebody who was dialled into a call of others, and a hold on them holds', async () => {
    await record(1)
    const store = retentionStore(database)
    await store.addParty(call(1), acme, 'index-dialled')
    await store.addParty(call(1), acme, 'index-dialled')
    const { run } = open()
    assert.partialDeepStrictEqual((await run('find', 'dialled'))?.report, { calls: 1 })
    await placeHold(database, { id: 'hold_1', subject: 'index-dialled' })
    assert.partialDeepStrictEqual((await run('erase', 'a'))?.report, { calls: 0, left: 1 })
    await sql`delete from holds`.execute(database.kysely)
    assert.partialDeepStrictEqual((await run('erase', 'dialled'))?.report, { calls: 1, left: 0 })
    assert.partialDeepStrictEqual((await run('find', 'dialled'))?.report, { calls: 0 })
  })

  test('keeps whole what a hold, the law or a lock keeps, or what still runs, and says which', async () => {
    const lockUntil = new Date(start.getTime() + 90 * dayMs)
    await record(1)
    await record(2, { label: 'advice' })
    await record(3, { lockUntil })
    await record(4)
    await sql`update calls set state = 'active' where id = ${call(4)}`.execute(database.kysely)
    await placeHold(database, { id: 'hold_1', call: call(1) })
    const done = await open().run('erase', 'a')
    assert.deepEqual(done?.report, {
      calls: 0,
      objects: [],
      kept: [
        { call: call(1), object: null, why: 'hold', holds: ['hold_1'] },
        { call: call(2), object: 'rec_2', why: 'law', policy: 'advice', until: '2031-01-01T00:00:00.000Z' },
        { call: call(3), object: 'rec_3', why: 'lock', policy: 'default', until: lockUntil.toISOString() },
        { call: call(4), object: null, why: 'running' },
      ],
      left: 4,
    })
    const { rows } = await sql`select 1 from objects where state = 'stored'`.execute(database.kysely)
    assert.equal(rows.length, 4)
  })

  test('leaves the numbers of a call whose recording could not be destroyed, so that it is found again', async () => {
    await record(1)
    const failed = await open({ destroys: false }).run('erase', 'a')
    assert.partialDeepStrictEqual(failed?.report, { calls: 0, left: 1 })
    assert.deepEqual(failed?.report?.['kept'], [{ call: call(1), object: 'rec_1', why: 'failed' }])
    assert.partialDeepStrictEqual((await open().run('erase', 'a'))?.report, { calls: 1, left: 0 })
  })

  test('erases what a recording that failed left, and waits for one that its node has not settled', async () => {
    await record(1)
    await insertUnlisted(database, { id: 'rec_f', call: call(1), state: 'recording', at: start })
    const early = await open().run('erase', 'a')
    assert.deepEqual(early?.report?.['kept'], [{ call: call(1), object: null, why: 'running' }])
    await sql`update recordings set state = 'failed'`.execute(database.kysely)
    const done = await open().run('erase', 'a')
    assert.partialDeepStrictEqual(done?.report, {
      calls: 1,
      objects: [{ object: 'rec_1' }, { object: 'rec_f' }],
    })
    const { rows } = await sql`select 1 from data_keys`.execute(database.kysely)
    assert.equal(rows.length, 0)
  })

  test('leaves an audit log that verifies, continues what was noted before, and names nobody', async () => {
    const number = '+4930123456'
    const clock = fakeClock(start.getTime())
    const random = { bytes: (count: number) => new Uint8Array(count).fill(++made) }
    const base = { store: auditStore(database), clock, random, log: silentLog }
    const numberKey = () => new Secret(new Uint8Array(32))
    const audit = openAudit({ ...base, deployment: 'voxkeep', numberKey })
    const seal = { seal: (text: string) => text, open: (text: string) => text }
    const signers = await openSigners({ ...base, purpose: 'log', seal })
    const never = { intervalMs: 1e9, everyEntries: 1e9, outside: [], onBroken: () => {}, count: () => {} }
    await using checkpoints = startCheckpoints({ ...base, ...never, audit, signers })
    const reader = auditReader({ ...base, audit, signers, checkpoints })
    await audit.append({
      type: 'call.received',
      tenant: acme,
      actor: number,
      fields: { to: `sip:${number}@a` },
    })
    const policy = { log: (await reader.keys(acme)).map(({ key }) => key) }
    const noted = judgeCheckpoint((await reader.checkpoint(acme))?.note ?? '', policy)
    assert.ok(noted.ok)
    await record(1)
    const { run } = open({ audit: (event) => audit.append(event) })
    assert.partialDeepStrictEqual((await run('erase', 'a'))?.report, { calls: 1, left: 0 })
    clock.advance(2_000)
    const text = (await Array.fromAsync(await reader.export(acme, 0))).join('')
    for (const type of ['call.received', 'retention.deleted', 'subject.erase.done'])
      assert.ok(text.includes(`"type":"${type}"`))
    assert.ok(!text.includes(number.slice(1)))
    const report = await verifyExport(
      (async function* () {
        yield Buffer.from(text)
      })(),
      policy,
      [noted.checkpoint],
    )
    assert.partialDeepStrictEqual(report, { ok: true, findings: [] })
    assert.ok(report.proven > noted.checkpoint.size)
    assert.partialDeepStrictEqual(await reader.verify(acme), { ok: true, findings: [] })
  })

  test('takes up again what a crash cut off, and does nothing while there is no audit log', async () => {
    await record(1)
    const { subjects } = open()
    const { id } = await subjects.ask(acme, { kind: 'erase', subject: call(1), withAudio: false }, 'a')
    await sql`update subject_requests set state = 'running'`.execute(database.kysely)
    await assert.rejects(
      open({ isAudited: false }).subjects.ask(acme, { kind: 'find', subject: 'a', withAudio: false }, 'a'),
    )
    await open({ isAudited: false }).subjects.work(never)
    assert.partialDeepStrictEqual(await subjects.get(acme, id), { state: 'failed' })
    const { rows } = await sql`select 1 from objects where state = 'stored'`.execute(database.kysely)
    assert.equal(rows.length, 1)
  })

  test('forgets whom a finished request was about, after a day', async () => {
    await record(1)
    const { run, subjects, clock } = open()
    const done = await run('export', 'a')
    assert.ok(done)
    assert.equal(done.subject_index, 'index-a')
    clock.advance(dayMs + 1)
    await subjects.work(never)
    assert.partialDeepStrictEqual(await subjects.get(acme, done.id), {
      state: 'done',
      subject_index: null,
    })
    clock.advance(400 * dayMs)
    await subjects.work(never)
    assert.equal(await subjects.get(acme, done.id), undefined)
  })

  test('planDeletions() counts what goes by a time, what is held and what is locked', async () => {
    await record(1)
    await record(2)
    await record(3, { lockUntil: new Date(start.getTime() + 900 * dayMs) })
    await placeHold(database, { id: 'hold_1', call: call(2) })
    const { plan } = open()
    assert.deepEqual((await plan(new Date(start.getTime() + dayMs))).lines, [])
    const { lines } = await plan(new Date(start.getTime() + 31 * dayMs))
    const line = (type: string) => lines.find((one) => one.type === type)
    assert.partialDeepStrictEqual(line('audio'), {
      policy: 'default',
      count: 1,
      bytes: 100,
      held: 1,
      locked: 1,
    })
    assert.partialDeepStrictEqual(line('numbers'), {
      count: 2,
      held: 1,
      earliest: new Date('2026-01-31T00:00:00Z'),
    })
    assert.equal(line('calls'), undefined)
  })
})
