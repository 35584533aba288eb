import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import type { CallId, LegId, TenantId } from '#kernel'
import { callLegStore } from './call-leg-store.ts'
import type { Database } from './open-database.ts'
import type { CallLegRow } from './schema-legs.ts'
import { testDatabase, type TestDatabase } from './test-database.ts'

const acme = 'acme' as TenantId

function leg(n: number, more: Partial<CallLegRow> = {}): CallLegRow {
  return {
    id: `leg_${n}` as LegId,
    call_id: 'call_1' as CallId,
    tenant: acme,
    from: '+12025550199',
    to: `+1202555010${n}`,
    state: 'ringing',
    outcome: null,
    sip_status: null,
    started_at: new Date(n),
    answered_at: null,
    ended_at: null,
    ...more,
  }
}

describe('callLegStore()', () => {
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

  test('keeps of each leg what was said last, to its tenant alone, and no number that can be read', async () => {
    const store = callLegStore(database)
    const over = leg(1, { state: 'ended', outcome: 'busy', sip_status: 486, ended_at: new Date(9) })
    await Promise.all([leg(1, { from: '' }), leg(1), over, leg(2)].map((row) => store.put(row)))
    await store.put(leg(3, { call_id: 'call_2' as CallId }))
    assert.deepEqual(await store.get(acme, 'leg_1' as LegId), over)
    assert.equal(await store.get('other' as TenantId, 'leg_1' as LegId), undefined)
    const page = { limit: 10, before: undefined }
    const ids = async (o: Parameters<typeof store.list>[1]) => (await store.list(acme, o)).map(({ id }) => id)
    assert.deepEqual(await ids(page), ['leg_3', 'leg_2', 'leg_1'])
    assert.deepEqual(await ids({ ...page, callId: 'call_1' as CallId }), ['leg_2', 'leg_1'])
    assert.deepEqual(await ids({ limit: 1, before: 'leg_3' }), ['leg_2'])
    assert.deepEqual(await store.list('other' as TenantId, page), [])
    const { rows } = await sql<{ row: string }>`select row_to_json(l)::text as row from call_legs l`.execute(
      database.kysely,
    )
    assert.equal(rows.length, 3)
    for (const { row } of rows) assert.doesNotMatch(row, /\+?1202555/)
  })
})
