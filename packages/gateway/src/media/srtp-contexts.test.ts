import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeSrtpCrypto } from '@voxkeep/wire/node'
import { srtpSender } from '@voxkeep/wire/srtp'
import { srtpContexts } from './srtp-contexts.ts'

const suite = 'AES_CM_128_HMAC_SHA1_80' as const
const key = (value: number) => ({ keyAndSalt: new Uint8Array(30).fill(value) })
const srtp = (send: number, receive: number) => ({ suite, tag: 1, send: key(send), receive: [key(receive)] })

function packet(sequence: number): Uint8Array {
  const bytes = new Uint8Array(12 + 160)
  bytes[0] = 0x80
  bytes[2] = sequence >>> 8
  bytes[3] = sequence
  bytes[11] = 9
  return bytes
}

test('srtpContexts() keeps both contexts when a re-offer brings the same keys', () => {
  const contexts = srtpContexts(nodeSrtpCrypto)
  assert.equal(contexts.update(srtp(1, 2)).newSendKey, true)
  const { sender, receiver } = contexts
  assert.equal(contexts.update(srtp(1, 2)).newSendKey, false)
  assert.equal(contexts.sender, sender)
  assert.equal(contexts.receiver, receiver)
})

test('srtpContexts() renews only the direction whose key changed', () => {
  const contexts = srtpContexts(nodeSrtpCrypto)
  contexts.update(srtp(1, 2))
  const { sender, receiver } = contexts
  assert.equal(contexts.update(srtp(1, 3)).newSendKey, false)
  assert.equal(contexts.sender, sender)
  assert.notEqual(contexts.receiver, receiver)
  assert.equal(contexts.update(srtp(4, 3)).newSendKey, true)
  assert.notEqual(contexts.sender, sender)
})

test('srtpContexts() tells a key with an MKI from the same key without', () => {
  const contexts = srtpContexts(nodeSrtpCrypto)
  contexts.update(srtp(1, 2))
  const mki = Uint8Array.of(1)
  const change = { ...srtp(1, 2), send: { ...key(1), mki } }
  assert.equal(contexts.update(change).newSendKey, true)
})

for (const rollover of ['kept', 'restarted'] as const) {
  test(`srtpContexts() opens packets after a re-key whose rollover counter is ${rollover}`, () => {
    const contexts = srtpContexts(nodeSrtpCrypto)
    contexts.update(srtp(1, 2))
    contexts.opened(0x10000 * 2 + 50)
    contexts.update(srtp(1, 3))
    const peer = srtpSender(nodeSrtpCrypto, suite, key(3))
    if (rollover === 'kept') {
      // The peer's sender goes through two wraps before the packet under test.
      for (const sequence of [0, 0x7000, 0xe000, 0x5000, 0xc000, 0x3000]) {
        peer.sealRtp(packet(sequence), new Uint8Array(200))
      }
    }
    const sealed = peer.sealRtp(packet(0x3001), new Uint8Array(200))
    assert.ok(sealed !== undefined)
    assert.equal(contexts.receiver?.openRtp(sealed.slice()).ok, true)
  })
}

test('srtpContexts() has none without SRTP', () => {
  const contexts = srtpContexts(nodeSrtpCrypto)
  contexts.update(srtp(1, 2))
  contexts.update(undefined)
  assert.equal(contexts.sender, undefined)
  assert.equal(contexts.receiver, undefined)
})
