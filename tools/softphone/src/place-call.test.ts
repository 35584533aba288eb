import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { createPki } from '@voxkeep/pki'
import { encodeUlaw } from '@voxkeep/wire/g711'
import type { SrtpSuite } from '@voxkeep/wire/sdp'
import { FakeGateway, type FakeOptions } from './fake-gateway.ts'
import { placeCall, type CallEvent, type CallOptions, type CallResult } from './index.ts'

const pki = await createPki()
const { certPem, keyPem } = await pki.issue(['127.0.0.1', 'gateway.test'])

async function gateway(t: TestContext, options: Partial<FakeOptions> = {}): Promise<FakeGateway> {
  const started = await FakeGateway.start({ cert: certPem, key: keyPem, ...options })
  t.after(() => started.close())
  return started
}

function call(to: FakeGateway, options: Partial<CallOptions> = {}): Promise<CallResult> {
  const where = { host: '127.0.0.1', port: to.port, ca: pki.caPem }
  return placeCall({ ...where, from: '+491234', to: '+495678', ...options })
}

/** A tone that µ-law keeps well. */
function tone(seconds: number): Int16Array {
  return Int16Array.from(
    { length: seconds * 8_000 },
    (_, i) => 8_000 * Math.sin((2 * Math.PI * 440 * i) / 8_000),
  )
}

const level = (samples: Int16Array) => Math.max(...samples.map(Math.abs))

/** Hangs up once the gateway has echoed so many packets. */
function untilPackets(fake: FakeGateway, packets: number): AbortSignal {
  const controller = new AbortController()
  fake.on('rtp', (count: number) => count === packets && controller.abort())
  return controller.signal
}

const suites: SrtpSuite[] = [
  'AEAD_AES_256_GCM',
  'AEAD_AES_128_GCM',
  'AES_256_CM_HMAC_SHA1_80',
  'AES_CM_128_HMAC_SHA1_80',
]
for (const suite of suites) {
  test(`placeCall() speaks and hears over ${suite}, and hangs up`, async (t) => {
    const fake = await gateway(t)
    let sent = 0
    const onSent = () => (sent += 1)
    const signal = untilPackets(fake, 15)
    const result = await call(fake, { suites: [suite], speech: tone(5), signal, onSent })
    assert.equal(result.answered, true)
    assert.equal(sent, result.stats.packetsSent)
    assert.equal(result.srtpSuite, suite)
    assert.deepEqual(result.end, { why: 'hung-up' })
    assert.ok(level(result.heard) > 7_000, `heard ${level(result.heard)}`)
    assert.ok(result.stats.packetsSent >= 15)
    assert.ok(result.stats.packetsReceived >= 10)
    assert.equal(result.stats.packetsLost, 0)
    assert.deepEqual(result.stats.dropped, {})
    assert.deepEqual(
      fake.requests.map(({ method }) => method),
      ['INVITE', 'BYE'],
    )
  })
}

test('placeCall() speaks A-law in 30 ms packets when asked to', async (t) => {
  const fake = await gateway(t, { caps: { codecs: ['PCMA'], ptimeMs: 30 } })
  const result = await call(fake, { speech: tone(5), ptimeMs: 30, signal: untilPackets(fake, 10) })
  assert.equal(result.codec, 'PCMA')
  assert.ok(level(result.heard) > 7_000)
})

test('placeCall() tells its story', async (t) => {
  const fake = await gateway(t)
  const events: CallEvent[] = []
  const result = await call(fake, {
    speech: tone(1),
    signal: untilPackets(fake, 12),
    onEvent: (event) => events.push(event),
  })
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['connected', 'ringing', 'answered', 'heard', 'ended'],
  )
  assert.match(result.tls.protocol, /^TLSv1\.3$/)
  assert.match(result.tls.cipher, /^TLS_/)
  assert.match(result.tls.peerNames, /DNS:gateway\.test/)
  assert.notEqual(result.tls.group, '')
  assert.ok((result.setupMs ?? -1) > 0)
})

test('placeCall() hands over each payload as it arrives', async (t) => {
  const fake = await gateway(t)
  const payloads: Uint8Array[] = []
  const { stats } = await call(fake, {
    speech: tone(1),
    codecs: ['PCMU'],
    signal: untilPackets(fake, 12),
    onPayload: (payload) => payloads.push(Uint8Array.from(payload)),
  })
  assert.equal(payloads.length, stats.packetsReceived)
  const [first] = payloads
  const spoken = encodeUlaw(tone(1).subarray(0, 160), new Uint8Array(160))
  assert.deepEqual(first, spoken)
})

test('placeCall() presses keys by RFC 4733, each once', async (t) => {
  const fake = await gateway(t)
  const controller = new AbortController()
  fake.on('digit', (digit: string) => digit === '#' && controller.abort())
  const dtmf = ['1', '9', '*', '#'].map((digit, index) => ({ digit, atMs: index * 10, durationMs: 40 }))
  await call(fake, { dtmf, signal: controller.signal })
  assert.equal(fake.digits.join(''), '19*#')
})

test('placeCall() presses keys by INFO when asked to', async (t) => {
  const fake = await gateway(t)
  const controller = new AbortController()
  fake.on('request', ({ method }: { method: string }) => method === 'INFO' && controller.abort())
  await call(fake, { dtmf: [{ digit: '5', atMs: 0, by: 'info' }], signal: controller.signal })
  const info = fake.requests.find(({ method }) => method === 'INFO')
  assert.equal(new TextDecoder().decode(info?.body), 'Signal=5\r\nDuration=100\r\n')
})

test('placeCall() answers a digest challenge with the strongest hash', async (t) => {
  const credentials = { username: 'trunk', password: 'p4ss' }
  const fake = await gateway(t, { credentials })
  const result = await call(fake, { auth: credentials, signal: untilPackets(fake, 1) })
  assert.equal(result.answered, true)
  const invites = fake.requests.filter(({ method }) => method === 'INVITE')
  assert.deepEqual(
    invites.map(({ headers }) => headers.get('CSeq')),
    ['1 INVITE', '2 INVITE'],
  )
  assert.equal(invites[0]?.headers.get('Call-ID'), invites[1]?.headers.get('Call-ID'))
})

test('placeCall() tries a password once', async (t) => {
  const fake = await gateway(t, { credentials: { username: 'trunk', password: 'p4ss' } })
  const result = await call(fake, { auth: { username: 'trunk', password: 'wrong' } })
  assert.deepEqual(result.end, { why: 'rejected', status: 401, reason: 'Unauthorized' })
  assert.equal(fake.requests.length, 2)
})

test('placeCall() reports a refusal', async (t) => {
  const fake = await gateway(t, { reject: 486 })
  const result = await call(fake)
  assert.equal(result.answered, false)
  assert.deepEqual(result.end, { why: 'rejected', status: 486, reason: 'Busy Here' })
  assert.equal(result.heard.length, 0)
})

test('placeCall() is refused when no SRTP suite is common', async (t) => {
  const fake = await gateway(t, { caps: { suites: ['AEAD_AES_128_GCM'] } })
  const result = await call(fake, { suites: ['AES_CM_128_HMAC_SHA1_80'] })
  assert.deepEqual(result.end, { why: 'rejected', status: 488, reason: 'Not Acceptable Here' })
})

const withoutKeys = (sdp: string) => sdp.replace(/^a=crypto.*\r\n/gm, '').replace('RTP/SAVP', 'RTP/AVP')

test('placeCall() hangs up on an answer that drops the encryption', async (t) => {
  const fake = await gateway(t, { answerWith: withoutKeys })
  const result = await call(fake, { speech: tone(1) })
  assert.equal(result.end.why, 'answer-unusable')
  assert.equal(result.stats.packetsSent, 0)
  assert.equal(fake.requests.at(-1)?.method, 'BYE')
})

test('placeCall() cancels a call that rings when it is told to hang up', async (t) => {
  const fake = await gateway(t, { ringOnly: true })
  const controller = new AbortController()
  const onEvent = ({ kind }: CallEvent) => kind === 'ringing' && controller.abort()
  const result = await call(fake, { signal: controller.signal, onEvent })
  assert.deepEqual(result.end, { why: 'cancelled' })
})

test('placeCall() ends when the gateway hangs up', async (t) => {
  const fake = await gateway(t)
  const over = call(fake)
  await once(fake, 'acked')
  assert.equal((await fake.request('BYE')).status, 200)
  assert.deepEqual((await over).end, { why: 'remote-hung-up' })
})

test('placeCall() hangs up by itself after the time it is given', async (t) => {
  const fake = await gateway(t)
  const result = await call(fake, { hangupAfterMs: 30 })
  assert.deepEqual(result.end, { why: 'hung-up' })
})

test('placeCall() ends when the connection is lost', async (t) => {
  const fake = await gateway(t)
  const over = call(fake)
  await once(fake, 'acked')
  fake.dropConnections()
  assert.deepEqual((await over).end, { why: 'connection-lost' })
})

test('placeCall() answers OPTIONS and an empty UPDATE, and refuses other methods', async (t) => {
  const fake = await gateway(t)
  const over = call(fake)
  await once(fake, 'acked')
  assert.equal((await fake.request('OPTIONS')).status, 200)
  assert.equal((await fake.request('UPDATE')).status, 200)
  assert.equal((await fake.request('REFER')).status, 405)
  assert.equal((await fake.request('INVITE', { body: 'v=0\r\n', type: 'application/sdp' })).status, 400)
  assert.equal((await fake.request('BYE')).status, 200)
  await over
})

test('placeCall() falls silent when the gateway puts it on hold', async (t) => {
  const fake = await gateway(t)
  const over = call(fake, { speech: tone(5) })
  await once(fake, 'rtp')
  const hold = fake.sdp.replace('a=sendrecv', 'a=sendonly').replace(/^(o=\S+ \S+) 1 /m, '$1 2 ')
  const held = await fake.request('INVITE', { body: hold, type: 'application/sdp' })
  assert.equal(held.status, 200)
  const answer = new TextDecoder().decode(held.body)
  assert.match(answer, /^a=recvonly\r$/m)
  assert.match(answer, /^o=\S+ \S+ 2 /m)
  const heldAfter = fake.rtpPackets
  await call(await gateway(t), { hangupAfterMs: 100 }) // time in which five packets would have come
  assert.ok(fake.rtpPackets <= heldAfter + 1)
  await fake.request('BYE')
  await over
})

test('placeCall() reports by RTCP and takes reports', async (t) => {
  const fake = await gateway(t)
  let reports = 0
  fake.on('rtcp', () => (reports += 1))
  const result = await call(fake, { signal: untilPackets(fake, 10) })
  assert.ok(reports >= 1)
  assert.equal(result.stats.rtcpReceived, 1)
})

test('placeCall() verifies the gateway’s certificate and name', async (t) => {
  const fake = await gateway(t)
  const stranger = await createPki()
  await assert.rejects(call(fake, { ca: stranger.caPem }), { code: 'SOFTPHONE_CONNECT' })
  await assert.rejects(call(fake, { serverName: 'other.test' }), { code: 'SOFTPHONE_CONNECT' })
  assert.equal((await call(fake, { serverName: 'gateway.test', hangupAfterMs: 0 })).answered, true)
})

test('placeCall() speaks TLS 1.2 to those that know nothing newer', async (t) => {
  const fake = await gateway(t)
  const result = await call(fake, { maxVersion: 'TLSv1.2', hangupAfterMs: 0 })
  assert.equal(result.tls.protocol, 'TLSv1.2')
})

test('placeCall() gives up connecting when it is aborted', async () => {
  const signal = AbortSignal.abort(new Error('enough'))
  const options = { host: '127.0.0.1', port: 1, from: 'a', to: 'b', signal }
  await assert.rejects(placeCall(options), { code: 'SOFTPHONE_CONNECT' })
})
