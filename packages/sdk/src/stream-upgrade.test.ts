import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { verifyStreamUpgrade } from './index.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const url = 'wss://app.example:8443/stream'
const nowMs = 1_770_000_000_000
const headers = {
  'webhook-id': 'strm_1',
  'webhook-timestamp': String(nowMs / 1_000),
  'webhook-signature': new Webhook(secret).sign('strm_1', new Date(nowMs), url),
}

test('verifyStreamUpgrade() accepts the signature of the whole address', async () => {
  const verified = await verifyStreamUpgrade(url, headers, secret, { nowMs })
  assert.deepEqual(verified, { ok: true, id: 'strm_1', sentAt: new Date(nowMs) })
})

test('verifyStreamUpgrade() refuses the signature of another address', async () => {
  for (const other of [`${url}/`, 'wss://app.example/stream', 'https://app.example:8443/stream']) {
    const verified = await verifyStreamUpgrade(other, headers, secret, { nowMs })
    assert.deepEqual(verified, { ok: false, reason: 'signature-mismatch' }, other)
  }
})
