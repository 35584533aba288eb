import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import twilio from 'twilio'
import { accountSid, applicationSid, sid, type AppId, type TenantId } from '#kernel'
import { addCall, startFakeApi } from './fake-deps.ts'
import { twilioClient } from './fake-twilio-client.ts'

const api = await startFakeApi()
const token = await api.token()
const client = twilioClient(api, token)
const parties = { to: '+4930123456', from: '+4930654321' }
const url = 'https://app.test/voice'
const twiml = '<Response><Play>https://app.test/hello.wav</Play></Response>'
const { world } = api

describe('Twilio’s calls', () => {
  after(() => api[Symbol.asyncDispose]())
  beforeEach(() => {
    world.calls.clear()
    world.happened.length = 0
    world.audited.length = 0
    world.created.length = 0
    world.commands.length = 0
    world.failing = {}
    world.refusal = undefined
    world.retention.refusal = undefined
  })

  test('I1: calls.create() of the stock client answers 201 with a queued call, which is audited before it is placed', async () => {
    const { statusCode, body: call } = await client.calls.createWithHttpInfo({ ...parties, url })
    assert.equal(statusCode, 201)
    assert.match(call.sid, /^CA[0-9a-f]{32}$/)
    assert.partialDeepStrictEqual(call, {
      status: 'queued',
      direction: 'outbound-api',
      accountSid: accountSid('acme'),
      apiVersion: '2010-04-01',
      to: parties.to,
    })
    assert.deepEqual(world.happened, ['audit call.create', 'create'])
    assert.partialDeepStrictEqual(world.created[0], {
      tenant: 'acme',
      app: 'demo',
      ...parties,
      ask: { url, method: 'POST' },
      ringTimeoutMs: 60_000,
      before: [],
    })
    assert.equal(world.created[0]?.actions, undefined)
  })

  test('I1: what a call does first, and how long it may last, goes with it', async () => {
    await client.calls.create({
      ...parties,
      twiml,
      record: true,
      recordingStatusCallback: 'https://app.test/recorded',
      sendDigits: '1w2#',
      timeout: 20,
      timeLimit: 90,
    })
    assert.partialDeepStrictEqual(world.created[0], {
      ringTimeoutMs: 20_000,
      limitMs: 90_000,
      before: [
        {
          type: 'record',
          action: 'start',
          events: { url: 'https://app.test/recorded', method: 'POST', only: ['completed'] },
        },
        { type: 'send_digits', digits: '1w2#' },
      ],
      actions: [{ type: 'play', url: 'https://app.test/hello.wav' }, { type: 'hangup' }],
    })
  })

  test('I2: every StatusCallbackEvent counts, and without one it is the end alone', async () => {
    const statusCallback = 'https://app.test/status'
    await client.calls.create({ ...parties, url, statusCallback })
    await client.calls.create({
      ...parties,
      url,
      statusCallback,
      statusCallbackMethod: 'GET',
      statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    })
    await client.calls.create({ ...parties, url })
    assert.deepEqual(
      world.created.map(({ events }) => events),
      [
        { url: statusCallback, method: 'POST', only: ['ended'] },
        { url: statusCallback, method: 'GET', only: ['initiated', 'ringing', 'answered', 'ended'] },
        undefined,
      ],
    )
    const wrong = { ...parties, url, statusCallback, statusCallbackEvent: ['hummed'] }
    await assert.rejects(client.calls.create(wrong), { status: 400, code: 21_626 })
  })

  test('I7: Url and Twiml exclude each other, one is needed, and a document may have 4,000 characters', async () => {
    await assert.rejects(client.calls.create({ ...parties, url, twiml }), { status: 400, code: 21_205 })
    await assert.rejects(client.calls.create({ ...parties }), { status: 400, code: 21_205 })
    const long = `<Response><Say>${'a'.repeat(4_000)}</Say></Response>`
    await assert.rejects(client.calls.create({ ...parties, twiml: long }), { status: 400, code: 32_018 })
    await assert.rejects(client.calls.create({ ...parties, twiml: '<Response>' }), {
      status: 400,
      code: 12_100,
    })
    assert.deepEqual(world.happened, [], 'nothing is audited that does not happen')
  })

  test('the app of a call is named by its sid, and must be told apart where there are several', async () => {
    await client.calls.create({ ...parties, applicationSid: applicationSid('demo') })
    assert.partialDeepStrictEqual(world.created[0], { app: 'demo' })
    assert.equal(world.created[0]?.ask, undefined)
    const unknown = { ...parties, applicationSid: applicationSid('one') }
    await assert.rejects(client.calls.create(unknown), { code: 21_218 })
    const rival = twilioClient(api, await api.token(undefined, { tenant: 'rival' }), { tenant: 'rival' })
    await assert.rejects(rival.calls.create({ ...parties, url }), { code: 21_218 })
    await rival.calls.create({ ...parties, url, applicationSid: 'two' })
    assert.equal(world.created[1]?.app, 'two')
  })

  test('what is not offered is refused, not ignored', async () => {
    const machine = { ...parties, url, machineDetection: 'Enable' }
    await assert.rejects(client.calls.create(machine), {
      status: 400,
      code: 20_001,
      message: /MachineDetection/,
    })
    await assert.rejects(client.calls.create({ ...parties, url, fallbackUrl: url }), /FallbackUrl/)
    await assert.rejects(client.calls.create({ ...parties, url, recordingTrack: 'inbound', record: true }), {
      code: 20_001,
    })
    assert.deepEqual(world.happened, [])
  })

  test('numbers and addresses that are none have Twilio’s codes', async () => {
    const bad = (more: object) => client.calls.create({ ...parties, url, ...more })
    await assert.rejects(bad({ to: 'Bob' }), { code: 21_211 })
    await assert.rejects(bad({ to: '' }), { code: 21_201 })
    await assert.rejects(bad({ from: 'Bob' }), { code: 21_212 })
    await assert.rejects(bad({ from: '' }), { code: 21_213 })
    await assert.rejects(bad({ url: 'http://app.test/' }), { code: 21_205 })
    await assert.rejects(bad({ statusCallback: '/status' }), { code: 21_609 })
    await assert.rejects(bad({ sendDigits: 'ring' }), { code: 21_206 })
  })

  test('I11: what stands against a call is told as code, message, more_info and status', async () => {
    for (const [why, status, code] of [
      ['caller-id', 400, 21_210],
      ['country', 400, 21_215],
      ['denied', 400, 21_216],
      ['stopped', 403, 20_403],
      ['rate', 429, 20_429],
      ['draining', 503, 20_503],
    ] as const) {
      world.refusal = why
      const moreInfo = `https://www.twilio.com/docs/errors/${code}`
      await assert.rejects(client.calls.create({ ...parties, url }), { status, code, moreInfo })
    }
  })

  test('no audit entry, no call', async () => {
    world.failing = { audit: true }
    await assert.rejects(client.calls.create({ ...parties, url }), { status: 503, code: 20_503 })
    assert.deepEqual(world.created, [])
  })

  test('I14: a call is fetched with dates that the client parses, and figures that are text', async () => {
    const row = addCall(world, {
      state: 'ended',
      started_at: new Date('2026-07-01T10:00:00Z'),
      answered_at: new Date('2026-07-01T10:00:05Z'),
      ended_at: new Date('2026-07-01T10:01:05Z'),
      end_reason: 'caller-hung-up',
    })
    const call = await client.calls(sid('CA', row.id)).fetch()
    assert.deepEqual(call.dateCreated, new Date('2026-07-01T10:00:00Z'))
    assert.deepEqual(call.endTime, new Date('2026-07-01T10:01:05Z'))
    assert.ok(call.startTime instanceof Date && call.dateUpdated instanceof Date)
    assert.partialDeepStrictEqual(call, { status: 'completed', duration: '60', price: null, from: row.from })
    assert.deepEqual(Object.keys(call.subresourceUris), ['recordings', 'streams', 'payments'])
  })

  test('I5: a call that nobody answered says why in Twilio’s word', async () => {
    for (const [reason, status] of [
      ['busy', 'busy'],
      ['no-answer', 'no-answer'],
      ['api-hung-up', 'canceled'],
      ['caller-cancelled', 'canceled'],
      ['callee-rejected', 'failed'],
      ['unreachable', 'failed'],
    ] as const) {
      const row = addCall(world, {
        state: 'ended',
        answered_at: null,
        end_reason: reason,
        direction: 'outbound',
      })
      const call = await client.calls(sid('CA', row.id)).fetch()
      assert.equal(call.status, status)
    }
  })

  test('I9: the client pages through more calls than fit a page, each once, newest first', async () => {
    const rows = Array.from({ length: 23 }, () => addCall(world))
    addCall(world, { tenant: 'rival' as TenantId })
    const calls = await client.calls.list({ pageSize: 5, limit: 20 })
    const newest = rows.map(({ id }) => sid('CA', id)).toReversed()
    assert.deepEqual(
      calls.map((call) => call.sid),
      newest.slice(0, 20),
    )
    const first = await client.calls.page({ pageSize: 10 })
    const second = await first.nextPage()
    const third = await second?.nextPage()
    assert.deepEqual(
      [...first.instances, ...(second?.instances ?? []), ...(third?.instances ?? [])].map((call) => call.sid),
      newest,
    )
    assert.equal(third?.nextPageUrl, undefined)
  })

  test('I9: a page’s token is good for its list alone', async () => {
    for (let count = 0; count < 3; count++) addCall(world)
    const { nextPageUrl } = await client.calls.page({ pageSize: 1 })
    assert.ok(nextPageUrl)
    const pageToken = new URL(nextPageUrl).searchParams.get('PageToken') ?? ''
    assert.equal((await client.calls.page({ pageSize: 1, pageToken })).instances.length, 1)
    await assert.rejects(client.calls.page({ pageSize: 1, pageToken, status: 'ringing' } as never), {
      code: 20_001,
    })
    await assert.rejects(client.calls.page({ pageSize: 1, pageToken: 'x' }), { code: 20_001 })
  })

  test('I10: calls are listed by time, state and number', async () => {
    const at = (text: string) => ({ started_at: new Date(text) })
    const old = addCall(world, { ...at('2026-06-01T00:00:00Z'), state: 'ended' })
    const young = addCall(world, { ...at('2026-07-01T12:00:00Z'), to: '+4940111' })
    const sids = async (o: Parameters<typeof client.calls.list>[0]) =>
      (await client.calls.list(o)).map((c) => c.sid)
    const [oldSid, youngSid] = [sid('CA', old.id), sid('CA', young.id)]
    assert.deepEqual(await sids({ startTimeAfter: new Date('2026-07-01T00:00:00Z') }), [youngSid])
    assert.deepEqual(await sids({ startTimeBefore: new Date('2026-06-30T00:00:00Z') }), [oldSid])
    assert.deepEqual(await sids({ status: 'completed' }), [oldSid])
    assert.deepEqual(await sids({ status: 'in-progress' }), [youngSid])
    assert.deepEqual(await sids({ to: '+4940111' }), [youngSid])
    assert.deepEqual(await sids({ from: '+1' }), [])
  })

  test('F6: Status=completed hangs a call up, audited first', async () => {
    const row = addCall(world)
    const call = await client.calls(sid('CA', row.id)).update({ status: 'completed' })
    assert.equal(call.sid, sid('CA', row.id))
    assert.deepEqual(world.happened, ['audit call.hangup', 'hangup'])
    assert.partialDeepStrictEqual(world.audited[0], { call: row.id, tenant: 'acme' })
  })

  test('I8: to end a call that is over changes nothing, one that was never there is not found, and neither is redirected', async () => {
    const row = addCall(world, { state: 'ended', end_reason: 'caller-hung-up' })
    const over = client.calls(sid('CA', row.id))
    assert.equal((await over.update({ status: 'completed' })).status, 'completed')
    assert.equal((await over.update({ status: 'completed' })).status, 'completed')
    assert.deepEqual(world.happened, [])
    await assert.rejects(over.update({ twiml }), { status: 400, code: 21_220 })
    const nobody = client.calls(`CA${'0'.repeat(32)}`)
    await assert.rejects(nobody.update({ status: 'completed' }), { status: 404, code: 20_404 })
  })

  test('Status=canceled ends what nobody answered, and leaves what was answered', async () => {
    const ringing = addCall(world, { state: 'ringing', answered_at: null, direction: 'outbound' })
    await client.calls(sid('CA', ringing.id)).update({ status: 'canceled' })
    assert.deepEqual(world.happened, ['audit call.hangup', 'hangup'])
    const active = addCall(world)
    assert.equal(
      (await client.calls(sid('CA', active.id)).update({ status: 'canceled' })).status,
      'in-progress',
    )
    assert.equal(world.happened.length, 2)
  })

  test('F7: Twiml and Url give a call in progress something else to do, audited first', async () => {
    const row = addCall(world)
    const call = client.calls(sid('CA', row.id))
    const response = new twilio.twiml.VoiceResponse()
    response.pause({ length: 2 })
    response.redirect({ method: 'GET' }, 'https://app.test/next')
    await call.update({ twiml: response })
    await call.update({ url, method: 'GET' })
    assert.partialDeepStrictEqual(world.commands, [
      [
        { type: 'wait', ms: 2_000 },
        { type: 'redirect', url: 'https://app.test/next', method: 'GET' },
      ],
      [{ type: 'redirect', url, method: 'GET' }],
    ])
    assert.deepEqual(world.happened, ['audit call.command', 'command', 'audit call.command', 'command'])
    await assert.rejects(call.update({ url, twiml }), { code: 21_205 })
    await assert.rejects(call.update({}), { code: 21_205 })
    await assert.rejects(call.update({ timeLimit: 5, twiml }), { code: 20_001 })
  })

  test('F7: a call of an app that speaks another dialect is not asked in this one', async () => {
    const row = addCall(world, { app: 'native' as AppId })
    const call = client.calls(sid('CA', row.id))
    await assert.rejects(call.update({ url }), { status: 400, code: 21_218 })
    await assert.rejects(call.update({ twiml }), { status: 400, code: 21_218 })
    assert.deepEqual(world.happened, [])
    await call.update({ status: 'completed' })
    assert.deepEqual(world.happened, ['audit call.hangup', 'hangup'])
  })

  test('a call that is over is erased with all that is kept of it, unless something stands against it', async () => {
    const running = addCall(world)
    await assert.rejects(client.calls(sid('CA', running.id)).remove(), { status: 409, code: 20_009 })
    const row = addCall(world, { state: 'ended' })
    const over = client.calls(sid('CA', row.id))
    assert.equal(await over.remove(), true)
    assert.partialDeepStrictEqual(
      [...world.retention.requests.values()],
      [{ kind: 'erase', tenant: 'acme', with_audio: false }],
    )
    world.retention.refusal = { why: 'hold', holds: ['hold_1'], until: null }
    await assert.rejects(over.remove(), { status: 409, code: 20_409 })
    world.calls.set(row.id, { ...row, from: 'erased', to: 'erased' })
    await assert.rejects(over.fetch(), { status: 404, code: 20_404 })
    assert.deepEqual(await client.calls.list({ status: 'completed' }), [])
    const weak = twilioClient(api, await api.token(['calls:read', 'calls:write']))
    await assert.rejects(weak.calls(sid('CA', row.id)).remove(), { status: 403, code: 20_403 })
  })
})
