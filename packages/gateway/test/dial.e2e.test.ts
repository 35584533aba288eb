import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { freePorts } from '@voxkeep/deployment'
import { commands, VoxkeepApiError, type CallCommand, type WebhookEvent } from '@voxkeep/sdk'
import { answerCalls, placeCall, type AnsweringPhone, type AnswerPlan } from '@voxkeep/softphone'
import type { SecurityReceipt } from '#call'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { recordedSides } from './support/recorded.ts'
import { sayWhen } from './support/say-when.ts'
import { matchSpeech } from './support/speech.ts'
import { spoken } from './support/spoken.ts'

const speech = spoken(3)
const hears = (heard: Int16Array) => matchSpeech(speech, heard).heard > 0.6

/** What the office's phone does with a number. */
const plans: Readonly<Record<string, AnswerPlan>> = {
  '+12025550186': { kind: 'reject', status: 486 },
  '+12025550180': { kind: 'ring' },
}

/** A first trunk that nobody answers at, then the office's. */
const outboundTrunks = (dead: number, office: number) => (settings: Settings) => {
  const outbound = (port: number) => ({
    host: '127.0.0.1',
    port,
    caFile: 'tls/ca.pem',
    health: { intervalMs: 0 },
  })
  const trunk = (id: string, port: number) => ({ id, app: 'app', outbound: outbound(port) })
  settings.trunks.push(trunk('dead', dead), trunk('office', office))
  const [app] = settings.apps
  assert.ok(app)
  app['dialing'] = {
    trunks: ['dead', 'office'],
    callerIds: ['+12025550199'],
    prefixes: ['+1202555'],
    transfers: ['+12025550177'],
    limits: { concurrent: 3, perMinute: 60, minutesPerDay: 60 },
  }
}

describe('calls that go out', { timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack()
  let gateway: GatewayProcess
  let office: AnsweringPhone
  /** What the app says to a call that was made to this name, and to one that has dialled. */
  const answers = new Map<string, readonly CallCommand[]>()

  function decide(event: WebhookEvent, streamUrl: string): readonly CallCommand[] {
    if (event.type === 'call.dialed') return []
    const { to } = event.data as { to?: string }
    return answers.get(to ?? '') ?? [commands.stream(streamUrl)]
  }

  before(async () => {
    const [dead = 0, port = 0] = await freePorts(2)
    gateway = stack.use(
      await startGateway({
        decide,
        configure: outboundTrunks(dead, port),
        scopes: ['calls:read', 'calls:write', 'recordings:read'],
      }),
    )
    const { certFile, keyFile } = gateway.deployment.app
    office = stack.use(
      await answerCalls({
        port,
        cert: await readFile(certFile, 'utf8'),
        key: await readFile(keyFile, 'utf8'),
        speech: 'echo',
        suites: ['AES_CM_128_HMAC_SHA1_80'],
        codecs: ['PCMA'],
        decide: ({ uri }) => plans[/^sips?:([^@]+)@/.exec(uri)?.[1] ?? ''] ?? { kind: 'answer' },
      }),
    )
  })
  after(() => stack.disposeAsync())

  /** A caller who speaks once the office listens, and what came of the call. */
  function call(to: string, then: readonly CallCommand[], ready: Promise<unknown> = Promise.resolve()) {
    answers.set(to, then)
    const hangUp = new AbortController()
    const over = placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from: '+12025550142',
      to,
      codecs: ['PCMU'],
      speech: sayWhen(ready, speech),
      signal: hangUp.signal,
    })
    return { over, hangUp: () => hangUp.abort(), told: gateway.app.call(to) }
  }

  const event = (type: string, probe: (data: Readonly<Record<string, unknown>>) => boolean) =>
    gateway.app.event(type, (each) => each.type === type && probe(each.data as never))

  test('POST /v1/calls calls the office past a dead trunk, asks the app, records, and has a receipt of the hop', async () => {
    const placed = await gateway.api.calls.create({
      to: '+1 202 555 0100',
      record: true,
      parameters: { case: '7' },
      variables: { note: 'x' },
    })
    assert.deepEqual([placed.direction, placed.state, placed.from], ['outbound', 'ringing', '+12025550199'])
    const phone = await office.nextCall()
    assert.deepEqual([phone.from, phone.to], ['+12025550199', '+12025550100'])
    const asked = await event('call.connected', (data) => data['call_id'] === placed.id)
    assert.partialDeepStrictEqual(asked.data, { trunk: 'office', parameters: { case: '7' } })
    await event('recording.started', (data) => data['call_id'] === placed.id)
    await phone.whenUp
    phone.hangup()
    await event('call.ended', (data) => data['call_id'] === placed.id)
    const row = await gateway.api.calls.get(placed.id)
    assert.deepEqual(
      [row.end_reason, row.trunk, row.direction, row.variables],
      ['callee-hung-up', 'office', 'outbound', { note: 'x' }],
    )
    const { sip, srtp, legs, recordings } = row.receipt as SecurityReceipt
    assert.deepEqual([sip?.tlsVersion, srtp?.suite], ['TLSv1.3', 'AES_CM_128_HMAC_SHA1_80'])
    assert.partialDeepStrictEqual(legs, [
      { trunk: 'dead', outcome: 'unreachable' },
      { trunk: 'office', outcome: 'answered', srtp: { suite: 'AES_CM_128_HMAC_SHA1_80' } },
    ])
    assert.partialDeepStrictEqual(recordings, [{ state: 'sealed' }])
  })

  test('dial carries audio both ways between legs of other keys and codecs, and records both sides', async () => {
    const upstairs = office.nextCall()
    const caller = call(
      'dial',
      [commands.record(), commands.dial('+12025550101')],
      upstairs.then((p) => p.whenUp),
    )
    const phone = await upstairs
    await phone.whenUp
    await event('call.answered', () => true)
    const { promise: enough, resolve } = Promise.withResolvers<void>()
    const look = setInterval(() => phone.heard().length > 5 * 8_000 && resolve(), 100)
    await enough
    clearInterval(look)
    phone.hangup()
    const dialled = await caller.told.told('call.dialed')
    assert.partialDeepStrictEqual(dialled, { outcome: 'answered', ended_by: 'callee-hung-up' })
    const result = await caller.over
    assert.ok(hears(phone.heard()), 'the office hears the caller')
    // Two phones of this busy process stretch it in turn; no other voice would be found at all.
    assert.ok(matchSpeech(speech, result.heard).heard > 0.3, 'the caller hears the office, which echoes')
    assert.deepEqual([result.srtpSuite, result.codec], ['AEAD_AES_256_GCM', 'PCMU'])
    const { recording_id: recording } = await caller.told.told('recording.completed')
    const [left, right] = await recordedSides(gateway.api, String(recording))
    assert.ok(hears(left), 'the caller, on the left')
    assert.ok(hears(right), 'the office, on the right')
    await caller.told.told('call.ended')
    const { receipt, ladder } = await gateway.api.calls.get(await caller.told.id())
    const { srtp, legs, endReason, quality } = receipt as SecurityReceipt
    assert.equal(endReason, 'app-finished')
    assert.ok(quality !== null && quality.mos !== null && quality.mos > 1)
    const invites = (ladder as { what: string; leg: number }[]).filter(({ what }) => what === 'INVITE')
    assert.ok(new Set(invites.map(({ leg }) => leg)).size >= 2, 'each leg has its ladder')
    assert.deepEqual([srtp?.suite, legs.at(-1)?.srtp?.suite], ['AEAD_AES_256_GCM', 'AES_CM_128_HMAC_SHA1_80'])
  })

  test('a caller who hangs up ends the leg that was dialled for them', async () => {
    const upstairs = office.nextCall()
    const caller = call('leaves', [commands.dial('+12025550101')])
    const phone = await upstairs
    await phone.whenUp
    caller.hangUp()
    assert.deepEqual(await phone.whenEnded, { why: 'remote-hung-up' })
    await caller.told.told('call.ended')
  })

  test('dial tells of a busy office, of one that does not answer, and of what is not allowed', async () => {
    for (const [to, number, expected] of [
      ['busy', '+12025550186', { outcome: 'busy', sip_status: 486 }],
      ['rings', '+12025550180', { outcome: 'no-answer' }],
      ['abroad', '+442079460000', { outcome: 'refused', why: 'country' }],
    ] as const) {
      const caller = call(to, [commands.dial(number, { ring_timeout_ms: 1_500 })])
      assert.partialDeepStrictEqual(await caller.told.told('call.dialed'), expected)
      await caller.over
    }
  })

  test('hunting goes on to who answers, and all at once cancels who does not', async () => {
    for (const strategy of ['sequential', 'simultaneous'] as const) {
      const seen = office.calls.length
      const to = ['+12025550186', '+12025550180', '+12025550102']
      const caller = call(strategy, [commands.dial(to, { strategy, ring_timeout_ms: 1_500 })])
      const answered = await event('call.answered', () => true).then(async () => {
        for (;;) {
          const phone = await office.nextCall()
          if (phone.to === '+12025550102') return phone
        }
      })
      await answered.whenUp
      answered.hangup()
      await caller.over
      assert.equal(office.calls.length - seen, 3)
    }
  })

  test('a transfer puts the target in the office’s place, and only a target that is named may be one', async () => {
    const first = nextTo('+12025550101')
    const caller = call('moves', [commands.dial('+12025550101')])
    const phone = await first
    await phone.whenUp
    const id = await caller.told.id()
    const second = nextTo('+12025550177')
    await gateway.api.calls.command(id, [commands.transfer('+12025550177')])
    const target = await second
    await target.whenUp
    assert.deepEqual(await phone.whenEnded, { why: 'remote-hung-up' })
    target.hangup()
    assert.equal((await caller.told.told('call.ended'))['reason'], 'callee-hung-up')

    const other = call('stays', [commands.transfer('+12025550101')])
    assert.partialDeepStrictEqual(await other.told.told('call.dialed'), {
      outcome: 'refused',
      why: 'transfer-target',
    })
    await other.over
  })

  test('consult puts the caller on hold, and complete hands them over', async () => {
    const first = nextTo('+12025550101')
    const caller = call('asks', [commands.dial('+12025550101')])
    const phone = await first
    await phone.whenUp
    const id = await caller.told.id()
    const second = nextTo('+12025550177')
    await gateway.api.calls.command(id, [commands.consult('+12025550177')])
    const target = await second
    await target.whenUp
    await event('call.consulted', (data) => data['call_id'] === id)
    await gateway.api.calls.command(id, [commands.completeTransfer()])
    assert.deepEqual(await phone.whenEnded, { why: 'remote-hung-up' })
    caller.hangUp()
    assert.deepEqual(await target.whenEnded, { why: 'remote-hung-up' })
    await caller.told.told('call.ended')
  })

  test('POST /v1/calls refuses what the guard refuses, and more than it allows at once', async () => {
    const create = (to: string, more: object = {}) => gateway.api.calls.create({ to, ...more })
    assert.deepEqual(await refused(create('+442079460000')), [403, 'country'])
    assert.deepEqual(await refused(create('+12025550101', { from: '+12025550100' })), [403, 'caller-id'])
    assert.deepEqual(await refused(create('sip:somebody@elsewhere.example')), [403, 'uri'])
    assert.deepEqual(await refused(create('+12025550101', { app: 'nobodys' })), [400, undefined])
    const rings = await Promise.all([1, 2, 3].map(() => create('+12025550180')))
    assert.deepEqual(await refused(create('+12025550180')), [429, 'concurrency'])
    await Promise.all(rings.map(({ id }) => gateway.api.calls.hangup(id)))
    for (const { id } of rings) {
      const ended = await event('call.ended', (data) => data['call_id'] === id)
      assert.partialDeepStrictEqual(ended.data, { reason: 'api-hung-up', answered: false })
    }
  })

  /** The next call of the office's that is to this number. */
  async function nextTo(number: string) {
    for (;;) {
      const phone = await office.nextCall()
      if (phone.to === number) return phone
    }
  }
})

/** Status and reason of a refusal. */
async function refused(act: Promise<unknown>): Promise<unknown[]> {
  const error = await act.then(
    () => undefined,
    (failed: unknown) => failed,
  )
  assert.ok(error instanceof VoxkeepApiError)
  return [error.status, error.why]
}
