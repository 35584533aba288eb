import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { isGathered, isIncomingCall, verifyWebhook } from './index.ts'

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`
const secret = newSecret()
const body = JSON.stringify({
  type: 'call.incoming',
  timestamp: '2026-01-01T00:00:00Z',
  data: { from: '+49 ✆' },
})
const nowMs = 1_770_000_000_000

function signed(payload = body, atMs = nowMs, secrets = [secret]): Record<string, string> {
  return {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(atMs / 1_000)),
    'webhook-signature': secrets
      .map((each) => new Webhook(each).sign('evt_1', new Date(atMs), payload))
      .join(' '),
  }
}

test('verifyWebhook() accepts what standardwebhooks signs', async () => {
  const verified = await verifyWebhook(body, signed(), secret, { nowMs })
  assert.ok(verified.ok)
  assert.equal(verified.id, 'evt_1')
  assert.equal(verified.sentAt.getTime(), nowMs)
  assert.deepEqual(verified.event, JSON.parse(body))
})

test('verifyWebhook() agrees with standardwebhooks about any body', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), async (data, changed) => {
      const payload = JSON.stringify({ type: 'test', data: { data } })
      const verified = await verifyWebhook(payload, signed(payload), secret, { nowMs })
      assert.equal(verified.ok, true)
      const other = JSON.stringify({ type: 'test', data: { data: changed } })
      const forged = await verifyWebhook(other, signed(payload), secret, { nowMs })
      assert.equal(forged.ok, other === payload)
    }),
    { numRuns: 50 },
  )
})

test('verifyWebhook() takes bytes, and headers in any spelling', async () => {
  const headers = Object.fromEntries(
    Object.entries(signed()).map(([name, value]) => [name.toUpperCase(), value]),
  )
  const verified = await verifyWebhook(new TextEncoder().encode(body), headers, secret, { nowMs })
  assert.equal(verified.ok, true)
  assert.equal((await verifyWebhook(body, new Headers(signed()), secret, { nowMs })).ok, true)
})

test('verifyWebhook() accepts either secret while they are being rotated', async () => {
  const next = newSecret()
  assert.equal((await verifyWebhook(body, signed(body, nowMs, [secret, next]), next, { nowMs })).ok, true)
  assert.equal((await verifyWebhook(body, signed(body, nowMs, [next]), [secret, next], { nowMs })).ok, true)
})

test('verifyWebhook() refuses another secret, an altered body and an altered id', async () => {
  const mismatch = { ok: false, reason: 'signature-mismatch' }
  assert.deepEqual(await verifyWebhook(body, signed(), newSecret(), { nowMs }), mismatch)
  assert.deepEqual(await verifyWebhook(`${body} `, signed(), secret, { nowMs }), mismatch)
  const otherId = { ...signed(), 'webhook-id': 'evt_2' }
  assert.deepEqual(await verifyWebhook(body, otherId, secret, { nowMs }), mismatch)
})

const verifyAt = (atMs: number) => verifyWebhook(body, signed(), secret, { nowMs: atMs })

test('interop 35: verifyWebhook() refuses a replay from outside the tolerance', async () => {
  assert.equal((await verifyAt(nowMs + 300_000)).ok, true)
  assert.deepEqual(await verifyAt(nowMs + 301_000), { ok: false, reason: 'timestamp-too-old' })
  assert.deepEqual(await verifyAt(nowMs - 301_000), { ok: false, reason: 'timestamp-too-new' })
})

const faultOf = async (change: Record<string, string | string[] | undefined>) => {
  const verified = await verifyWebhook(body, { ...signed(), ...change }, secret, { nowMs })
  return verified.ok ? 'accepted' : verified.reason
}

test('verifyWebhook() refuses missing, repeated and malformed headers', async () => {
  assert.equal(await faultOf({ 'webhook-signature': undefined }), 'headers-missing')
  assert.equal(await faultOf({ 'webhook-id': ['evt_1', 'evt_1'] }), 'headers-missing')
  assert.equal(await faultOf({ 'Webhook-Id': 'evt_1' }), 'headers-missing')
  assert.equal(await faultOf({ 'webhook-timestamp': '1e9' }), 'timestamp-malformed')
  assert.equal(await faultOf({ 'webhook-signature': 'v1,%%% v1a,AAAA v2,AAAA' }), 'signature-mismatch')
})

test('verifyWebhook() looks at a bounded number of signatures', async () => {
  const padding = Array.from({ length: 16 }, () => `v1,${'A'.repeat(43)}=`).join(' ')
  const headers = { ...signed(), 'webhook-signature': `${padding} ${signed()['webhook-signature']}` }
  const verified = await verifyWebhook(body, headers, secret, { nowMs })
  assert.deepEqual(verified, { ok: false, reason: 'signature-mismatch' })
})

test('verifyWebhook() refuses a signed body that is no event', async () => {
  for (const payload of ['', 'null', '[]', '{"type":1,"data":{}}', '{"type":"a","data":null}']) {
    const verified = await verifyWebhook(payload, signed(payload), secret, { nowMs })
    assert.deepEqual(verified, { ok: false, reason: 'body-malformed' }, payload)
  }
})

test('verifyWebhook() rejects a malformed secret: it must not look like a forgery', async () => {
  await assert.rejects(verifyWebhook(body, signed(), 'whsec_*', { nowMs }), TypeError)
  await assert.rejects(verifyWebhook(body, signed(), '', { nowMs }), TypeError)
})

test('verifyWebhook() never throws, whatever the headers', async () => {
  const headers = fc.record({
    'webhook-id': fc.string(),
    'webhook-timestamp': fc.oneof(fc.string(), fc.constant(String(nowMs / 1_000))),
    'webhook-signature': fc.oneof(
      fc.string(),
      fc.base64String().map((text) => `v1,${text}`),
    ),
  })
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), headers, async (payload, sent) => {
      assert.equal((await verifyWebhook(payload, sent, secret, { nowMs })).ok, false)
    }),
  )
})

test('isIncomingCall() and isGathered() tell events by their type', () => {
  const event = { type: 'call.gathered', timestamp: '', data: { digits: '1', reason: 'key' } }
  assert.equal(isGathered(event), true)
  assert.equal(isIncomingCall(event), false)
  assert.equal(isIncomingCall({ ...event, type: 'call.incoming' }), true)
})
