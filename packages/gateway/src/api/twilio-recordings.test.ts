import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { accountSid, sid } from '#kernel'
import { addCall, addRecording, startFakeApi } from './fake-deps.ts'
import { twilioClient } from './fake-twilio-client.ts'

const api = await startFakeApi()
const token = await api.token()
const client = twilioClient(api, token)
const { world } = api
const path = `/2010-04-01/Accounts/${accountSid('acme')}/Recordings`
const headers = {
  authorization: `Basic ${Buffer.from(`${accountSid('acme')}:${token}`).toString('base64')}`,
}

/** A call in progress, on which recording works. */
function aCall() {
  const call = addCall(world)
  world.obey = (id, [command]) => {
    if (command?.type !== 'record') return
    if (command.action === 'start')
      addRecording(world, { call_id: id, state: 'recording', duration_ms: null })
    const running = [...world.recordings.values()].find((row) => row.state === 'recording')
    if (running === undefined) return
    if (command.action === 'stop') world.recordings.set(running.id, { ...running, state: 'sealed' })
    if (command.action === 'pause')
      world.stories.push({ kind: 'recording.paused', fields: { recording: running.id } })
    if (command.action === 'resume')
      world.stories.push({ kind: 'recording.resumed', fields: { recording: running.id } })
  }
  return { call, calls: client.calls(sid('CA', call.id)) }
}

describe('Twilio’s recordings', () => {
  after(() => api[Symbol.asyncDispose]())
  beforeEach(() => {
    world.calls.clear()
    world.recordings.clear()
    world.happened.length = 0
    world.commands.length = 0
    world.stories.length = 0
    world.skipped = []
    world.retention.refusal = undefined
    world.deletion = { state: 'deleted' }
  })

  test('I15: a recording is begun, paused, resumed and stopped by the name Twilio.CURRENT', async () => {
    const { call, calls } = aCall()
    const { statusCode, body: begun } = await calls.recordings.createWithHttpInfo({
      recordingChannels: 'dual',
    })
    assert.equal(statusCode, 201)
    assert.match(begun.sid, /^RE[0-9a-f]{32}$/)
    assert.partialDeepStrictEqual(begun, { status: 'in-progress', callSid: sid('CA', call.id), channels: 2 })
    assert.ok(begun.startTime instanceof Date)
    const current = calls.recordings('Twilio.CURRENT')
    assert.equal((await current.update({ status: 'paused', pauseBehavior: 'silence' })).status, 'paused')
    assert.equal((await calls.recordings(begun.sid).fetch()).status, 'paused')
    assert.equal((await current.update({ status: 'in-progress' })).status, 'in-progress')
    assert.equal((await calls.recordings(begun.sid).fetch()).status, 'in-progress')
    assert.equal((await current.update({ status: 'stopped' })).status, 'stopped')
    assert.equal((await calls.recordings(begun.sid).fetch()).status, 'completed')
    assert.deepEqual(
      world.commands.map(([command]) => command?.type === 'record' && command.action),
      ['start', 'pause', 'resume', 'stop'],
    )
    const mutations = world.happened.filter((each) => each !== 'command')
    assert.deepEqual(
      mutations,
      Array.from({ length: 4 }, () => 'audit call.command'),
    )
  })

  test('I15: a pause that is to be skipped is marked so, and the answer says it', async () => {
    const { call, calls } = aCall()
    await calls.recordings.create()
    const at = `${path.replace('/Recordings', '')}/Calls/${sid('CA', call.id)}/Recordings/Twilio.CURRENT.json`
    const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' }
    for (const [more, behavior] of [
      ['&PauseBehavior=skip', 'skip'],
      ['', 'silence'],
    ] as const) {
      const { json } = await api.send('POST', at, { headers: form, body: `Status=paused${more}` })
      assert.deepEqual([json['status'], json['pause_behavior']], ['paused', behavior])
      assert.deepEqual(world.commands.at(-1), [{ type: 'record', action: 'pause', behavior }])
    }
  })

  test('I15: what was skipped is no part of the length, nor of the audio', async () => {
    const { call } = aCall()
    const row = addRecording(world, { call_id: call.id, duration_ms: 12_000 })
    const name = sid('RE', row.id)
    assert.equal((await client.recordings(name).fetch()).duration, '12')
    world.skipped = [{ fromMs: 100, toMs: 600 }]
    const { bytes } = await api.send('GET', `${path}/${name}.wav`, { headers })
    assert.equal(bytes.length, 500 * 16)
    assert.equal(world.audited.at(-1)?.fields['pauses'], 'skip')
    world.skipped = [{ fromMs: 1_000, toMs: 8_000 }]
    assert.equal((await client.recordings(name).fetch()).duration, '5')
    assert.equal((await client.recordings.list({ callSid: sid('CA', call.id) }))[0]?.duration, '5')
  })

  test('I16: a recording carries where its callbacks go', async () => {
    const { calls } = aCall()
    await calls.recordings.create({
      recordingStatusCallback: 'https://app.test/rec',
      recordingStatusCallbackEvent: ['in-progress completed', 'absent'],
    })
    assert.partialDeepStrictEqual(world.commands, [
      [
        {
          events: {
            url: 'https://app.test/rec',
            method: 'POST',
            only: ['started', 'completed', 'failed', 'refused'],
          },
        },
      ],
    ])
  })

  test('I15: who may not be recorded is not, and a second recording is not begun', async () => {
    const { calls } = aCall()
    const notEligible = { status: 400, code: 21_220 }
    world.obey = () => {}
    await assert.rejects(calls.recordings.create(), notEligible)
    const second = aCall()
    await second.calls.recordings.create()
    await assert.rejects(second.calls.recordings.create(), notEligible)
    const over = addCall(world, { state: 'ended' })
    await assert.rejects(client.calls(sid('CA', over.id)).recordings.create(), notEligible)
    await assert.rejects(
      client.calls(sid('CA', over.id)).recordings('Twilio.CURRENT').update({ status: 'paused' }),
      {
        status: 404,
        code: 20_404,
      },
    )
  })

  test('recordings are listed page by page, for an account and for a call, without those that are gone', async () => {
    const { call, calls } = aCall()
    const rows = Array.from({ length: 7 }, () => addRecording(world, { call_id: call.id }))
    addRecording(world, { state: 'deleted' })
    const other = addRecording(world)
    const newest = rows.map(({ id }) => sid('RE', id)).toReversed()
    const all = await client.recordings.list({ pageSize: 3 })
    assert.deepEqual(
      all.map((each) => each.sid),
      [sid('RE', other.id), ...newest],
    )
    const own = await calls.recordings.list({ pageSize: 3 })
    assert.deepEqual(
      own.map((each) => each.sid),
      newest,
    )
    const named = await client.recordings.list({ callSid: sid('CA', call.id), limit: 2 })
    assert.deepEqual(
      named.map((each) => each.sid),
      newest.slice(0, 2),
    )
    assert.deepEqual(await client.recordings.list({ conferenceSid: `CF${'0'.repeat(32)}` }), [])
    const [first] = all
    assert.partialDeepStrictEqual(first, { duration: '1', status: 'completed', channels: 2 })
  })

  test('recordings of a day are all listed, though one of another day was redacted since', async () => {
    const day = Date.UTC(2023, 10, 14)
    const today = [addRecording(world, { started_at: new Date(day + 1_000) })]
    addRecording(world, { started_at: new Date(day - 1_000) })
    const listed = await client.recordings.list({ dateCreatedAfter: new Date(day) })
    assert.deepEqual(
      listed.map((each) => each.sid),
      today.map(({ id }) => sid('RE', id)),
    )
  })

  test('a recording’s audio is fetched with Basic authorization, and each fetch is audited first', async () => {
    const row = addRecording(world)
    for (const suffix of ['', '.wav']) {
      world.happened.length = 0
      const {
        status,
        headers: answered,
        bytes,
      } = await api.send('GET', `${path}/${sid('RE', row.id)}${suffix}`, { headers })
      assert.deepEqual([status, answered['content-type'], bytes.length], [200, 'audio/wav', 16_000])
      assert.deepEqual(world.happened, ['audit recording.read', 'open'])
    }
    const recording = await client.recordings(sid('RE', row.id)).fetch()
    const fetched = await api.send('GET', recording.mediaUrl, { headers })
    assert.equal(fetched.status, 200)
    const mp3 = await api.send('GET', `${path}/${sid('RE', row.id)}.mp3`, { headers })
    assert.deepEqual([mp3.status, mp3.json.code], [406, 20_406])
    assert.equal((await api.send('GET', `${path}/${sid('RE', row.id)}.wav`)).status, 401)
    world.failing = { audit: true }
    const unaudited = await api.send('GET', `${path}/${sid('RE', row.id)}.wav`, { headers })
    assert.deepEqual([unaudited.status, unaudited.json.code], [503, 20_503])
    world.failing = {}
  })

  test('I17: DELETE destroys a recording, once, and only what nothing stands against', async () => {
    const row = addRecording(world)
    const recording = client.recordings(sid('RE', row.id))
    world.retention.refusal = { why: 'law', holds: [], until: null }
    await assert.rejects(recording.remove(), { status: 409, code: 20_409 })
    world.retention.refusal = undefined
    assert.equal(await recording.remove(), true)
    assert.deepEqual(world.happened, ['audit recording.delete', 'delete'])
    await assert.rejects(recording.fetch(), { status: 404, code: 20_404 })
    await assert.rejects(recording.remove(), { status: 404, code: 20_404 })
    const running = addRecording(world, { state: 'recording' })
    await assert.rejects(client.recordings(sid('RE', running.id)).remove(), { status: 400, code: 21_220 })
    const weak = twilioClient(api, await api.token(['recordings:read']))
    await assert.rejects(weak.recordings(sid('RE', running.id)).remove(), { status: 403, code: 20_403 })
  })
})
