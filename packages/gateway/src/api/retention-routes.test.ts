import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addRecording, startFakeApi } from './fake-deps.ts'

test('POST /v1/holds places a hold on what is named, and shows no number', async () => {
  await using api = await startFakeApi()
  const token = await api.token()
  const body = { number: '+49 30 1234567', reason: 'case 12', until: '2030-01-01T00:00:00Z' }
  const placed = await api.send('POST', '/v1/holds', { token, body })
  assert.equal(placed.status, 201)
  assert.partialDeepStrictEqual(placed.json, {
    by_number: true,
    reason: 'case 12',
    until: '2030-01-01T00:00:00.000Z',
  })
  assert.ok(!placed.bytes.toString().includes('1234567'))
  assert.deepEqual(api.world.retention.ran, ['retention']) // so that stores are told
  const listed = await api.send('GET', '/v1/holds?active=true', { token })
  assert.equal(listed.json.data.length, 1)
  assert.equal((await api.send('GET', '/v1/holds?active=false', { token })).json.data.length, 0)
  const other = await api.token(undefined, { tenant: 'other' })
  assert.equal((await api.send('GET', '/v1/holds', { token: other })).json.data.length, 0)
})

test('POST /v1/holds wants to be told what to hold, and why', async () => {
  await using api = await startFakeApi()
  const token = await api.token()
  const send = async (body: object) => (await api.send('POST', '/v1/holds', { token, body })).status
  assert.deepEqual(
    [
      await send({ reason: 'r' }),
      await send({ all: true }),
      await send({ all: true, label: 'x', reason: 'r' }),
    ],
    [400, 400, 400],
  )
  assert.equal(await send({ all: true, reason: 'r' }), 201)
})

test('POST /v1/holds/:id/release releases once, with a reason', async () => {
  await using api = await startFakeApi()
  const token = await api.token()
  const placed = await api.send('POST', '/v1/holds', { token, body: { all: true, reason: 'r' } })
  const path = `/v1/holds/${String(placed.json['id'])}/release`
  const released = await api.send('POST', path, { token, body: { reason: 'settled' } })
  assert.partialDeepStrictEqual(released.json, { release_reason: 'settled' })
  const again = await api.send('POST', path, { token, body: { reason: 'settled' } })
  assert.deepEqual([again.status, again.json.code], [409, 40_921])
  const reader = await api.token(['holds:read'])
  assert.equal((await api.send('POST', path, { token: reader, body: { reason: 'x' } })).status, 403)
})

test('DELETE /v1/recordings/:id is refused while a hold is on it, and says which', async () => {
  await using api = await startFakeApi()
  const token = await api.token()
  const { id } = addRecording(api.world)
  api.world.retention.refusal = { why: 'hold', holds: ['hold_1'], until: null }
  const refused = await api.send('DELETE', `/v1/recordings/${id}`, { token })
  assert.deepEqual([refused.status, refused.json.code, refused.json['why']], [409, 40_920, 'hold'])
  assert.ok(refused.bytes.toString().includes('hold_1'))
  assert.deepEqual(api.world.happened, [])
})

test('DELETE /v1/recordings/:id is refused by a hold that is placed while it is being audited', async () => {
  await using api = await startFakeApi()
  const token = await api.token()
  const { id } = addRecording(api.world)
  api.world.retention.heldSince = { why: 'hold', holds: ['hold_1'], until: null }
  const refused = await api.send('DELETE', `/v1/recordings/${id}`, { token })
  assert.deepEqual([refused.status, refused.json['why']], [409, 'hold'])
  assert.ok(refused.bytes.toString().includes('hold_1'))
  assert.deepEqual(api.world.happened, ['audit recording.delete', 'audit recording.kept'])
})

test('POST /v1/subjects/erase wants a confirmation and its own scope', async () => {
  await using api = await startFakeApi()
  const token = await api.token()
  const reader = await api.token(['subjects:read'])
  const send = (as: string, body: object) => api.send('POST', '/v1/subjects/erase', { token: as, body })
  assert.equal((await send(token, { subject: '+4930' })).status, 400)
  assert.equal((await send(reader, { subject: '+4930', confirm: 'erase' })).status, 403)
  const asked = await send(token, { subject: '+4930123', confirm: 'erase' })
  assert.deepEqual([asked.status, asked.json['kind'], asked.json['state']], [202, 'erase', 'waiting'])
  assert.ok(!asked.bytes.toString().includes('+4930123'))
})

test('a copy with audio is asked for and fetched only by who may hear recordings', async () => {
  await using api = await startFakeApi()
  const token = await api.token()
  const reader = await api.token(['subjects:read'])
  const ask = (as: string, audio: boolean) =>
    api.send('POST', '/v1/subjects/export', { token: as, body: { subject: 'sip:a@b', audio } })
  assert.equal((await ask(reader, false)).status, 202)
  assert.deepEqual([(await ask(reader, true)).json['code'], (await ask(token, true)).status], [40_300, 202])
  for (const [key, row] of api.world.retention.requests)
    api.world.retention.requests.set(key, { ...row, state: 'done' })
  const fetched = await Promise.all(
    [...api.world.retention.requests].map(async ([id, { with_audio: audio }]) => {
      const { status } = await api.send('GET', `/v1/subjects/requests/${id}/archive`, { token: reader })
      return [audio, status]
    }),
  )
  assert.deepEqual(fetched, [
    [false, 200],
    [true, 403],
  ])
})

test('GET /v1/subjects/requests/:id/archive gives a finished export, with an audit entry first', async () => {
  await using api = await startFakeApi()
  const token = await api.token()
  const asked = await api.send('POST', '/v1/subjects/export', {
    token,
    body: { subject: 'sip:a@b', audio: true },
  })
  const id = String(asked.json['id'])
  const path = `/v1/subjects/requests/${id}/archive`
  assert.equal((await api.send('GET', path, { token })).json.code, 40_922)
  for (const [key, row] of api.world.retention.requests)
    api.world.retention.requests.set(key, { ...row, state: 'done' })
  const archive = await api.send('GET', path, { token })
  assert.deepEqual([archive.status, archive.bytes.toString()], [200, 'an archive'])
  assert.equal(archive.headers['content-type'], 'application/x-tar')
  assert.partialDeepStrictEqual(api.world.audited.at(-1), {
    type: 'subject.archive',
    fields: { export: id, withAudio: true },
  })
  assert.equal((await api.send('GET', '/v1/subjects/requests', { token })).json.data.length, 1)
})

test('what needs an entry in the audit log is not done while there is none', async () => {
  await using api = await startFakeApi()
  const token = await api.token()
  api.world.retention.isAudited = false
  const hold = await api.send('POST', '/v1/holds', { token, body: { all: true, reason: 'r' } })
  const find = await api.send('POST', '/v1/subjects/find', { token, body: { subject: '+4930' } })
  assert.deepEqual([hold.json.code, find.json.code], [50_300, 50_300])
})

test('GET /v1/retention/plan says what goes by a time', async () => {
  await using api = await startFakeApi()
  const token = await api.token(['retention:read'])
  const earliest = new Date('2026-01-31T00:00:00Z')
  const line = {
    type: 'audio',
    policy: 'default',
    count: 2,
    bytes: 100,
    earliest,
    held: 1,
    locked: 0,
    lockedUntil: null,
  } as const
  api.world.retention.plan = { ...api.world.retention.plan, lines: [line] }
  const plan = await api.send('GET', '/v1/retention/plan?by=2026-02-01T00:00:00Z', { token })
  assert.deepEqual(plan.json, {
    by: '2026-02-01T00:00:00.000Z',
    lines: [
      {
        type: 'audio',
        policy: 'default',
        count: 2,
        bytes: 100,
        earliest: '2026-01-31T00:00:00.000Z',
        held: 1,
        locked: 0,
        locked_until: null,
      },
    ],
  })
})

test('GET /v1/jobs tells how each went, and POST /v1/jobs/:name/run has one run', async () => {
  await using api = await startFakeApi()
  const token = await api.token()
  api.world.retention.jobs.push({
    name: 'retention',
    schedule: { cron: '17 * * * *', timeZone: 'UTC' },
    state: 'retrying',
    lastRunAt: new Date(0),
    lastEndedAt: null,
    nextRunAt: new Date(60_000),
    lastError: 'RETENTION_INCOMPLETE: 1 of what is due could not be deleted',
    lastResult: { objects: 3 },
  })
  const [job] = (await api.send('GET', '/v1/jobs', { token })).json.data
  assert.partialDeepStrictEqual(job, {
    state: 'retrying',
    next_run_at: '1970-01-01T00:01:00.000Z',
    last_result: { objects: 3 },
  })
  assert.equal((await api.send('POST', '/v1/jobs/retention/run', { token })).status, 202)
  assert.equal((await api.send('POST', '/v1/jobs/other/run', { token })).status, 404)
  assert.deepEqual(api.world.retention.ran, ['retention'])
})
