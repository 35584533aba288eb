import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeSrtpCrypto } from '@voxkeep/wire/node'
import { srtpSender } from '@voxkeep/wire/srtp'
import type { Rollover } from './contract.ts'
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

function run() {
  let nowMs = 0
  const contexts = srtpContexts(nodeSrtpCrypto, () => nowMs)
  const peer = (value: number, mki?: Uint8Array) => {
    const sender = srtpSender(nodeSrtpCrypto, suite, { ...key(value), ...(mki && { mki }) })
    return (sequence: number) => sender.sealRtp(packet(sequence), new Uint8Array(300))?.slice() ?? fail()
  }
  const open = (datagram: Uint8Array, atMs = 0) => {
    nowMs = atMs
    const opened = contexts.openRtp(datagram.slice())
    return opened.ok ? 'opened' : opened.reason
  }
  return { contexts, peer, open }
}

function fail(): never {
  throw new Error('the key is used up')
}

test('interop 5: srtpContexts() keeps both contexts when a re-offer brings the same keys', () => {
  const { contexts, peer, open } = run()
  assert.equal(contexts.update(srtp(1, 2), 'auto').newSendKey, true)
  const { sender } = contexts
  const seal = peer(2)
  const first = seal(1)
  assert.equal(open(first), 'opened')
  assert.equal(contexts.update(srtp(1, 2), 'auto').newSendKey, false)
  assert.equal(contexts.sender, sender)
  assert.equal(open(first), 'replay', 'the replay window is the same')
  assert.equal(open(seal(2)), 'opened')
})

test('srtpContexts() renews only the direction whose key changed', () => {
  const { contexts, peer, open } = run()
  contexts.update(srtp(1, 2), 'auto')
  const { sender } = contexts
  assert.equal(contexts.update(srtp(1, 3), 'auto').newSendKey, false)
  assert.equal(contexts.sender, sender)
  const seal = peer(3)
  assert.equal(open(seal(1)), 'opened')
  assert.equal(contexts.update(srtp(4, 3), 'auto').newSendKey, true)
  assert.notEqual(contexts.sender, sender)
  assert.equal(open(seal(2)), 'opened')
})

test('srtpContexts() tells a key with an MKI from the same key without', () => {
  const { contexts } = run()
  contexts.update(srtp(1, 2), 'auto')
  const change = { ...srtp(1, 2), send: { ...key(1), mki: Uint8Array.of(1) } }
  assert.equal(contexts.update(change, 'auto').newSendKey, true)
})

test('interop 5: srtpContexts() opens what was on its way under the former key for two seconds, and no longer', () => {
  const { contexts, peer, open } = run()
  contexts.update(srtp(1, 2), 'auto')
  const [before, after] = [peer(2), peer(3)]
  const early = before(1)
  assert.equal(open(early), 'opened')
  open(before(7), 10_000)
  contexts.update(srtp(1, 3), 'auto')
  assert.equal(open(after(3), 10_000), 'opened')
  assert.equal(open(before(8), 11_999), 'opened')
  assert.equal(open(early, 11_999), 'auth', 'a replay is one under either key')
  assert.equal(open(after(4), 11_999), 'opened')
  assert.equal(open(before(9), 12_000), 'auth')
  assert.equal(open(after(5), 12_000), 'opened')
})

test('srtpContexts() follows a peer that names the new key by an MKI before all of its packets do', () => {
  const { contexts, peer, open } = run()
  const named = (value: number) => ({ ...key(value), mki: Uint8Array.of(value) })
  const keys = (...values: number[]) => ({ ...srtp(1, 2), receive: values.map(named) })
  contexts.update(keys(2, 3), 'auto')
  const [two, three, four] = [2, 3, 4].map((value) => peer(value, Uint8Array.of(value)))
  assert.ok(two && three && four)
  for (const [seal, sequence] of [
    [two, 1],
    [three, 2],
    [two, 3],
    [three, 4],
  ] as const) {
    assert.equal(open(seal(sequence)), 'opened')
  }
  assert.equal(open(four(5)), 'mki')
  contexts.update(keys(3, 4), 'auto')
  assert.equal(open(four(6)), 'opened')
  assert.equal(open(three(7)), 'opened')
  assert.equal(open(two(8)), 'opened', 'on its way when the offer came')
  assert.equal(open(two(9), 2_000), 'mki')
})

/** A peer with two wraps behind it re-keys, and goes on with its rollover counter or with 0. */
function rekey(rollover: Rollover, peerDoes: 'keeps' | 'resets') {
  const { contexts, peer, open } = run()
  contexts.update(srtp(1, 2), rollover)
  const [before, after] = [peer(2), peer(3)]
  for (let index = 0; index <= 0x20000; index += 0x4000) {
    assert.equal(open(before(index & 0xffff)), 'opened')
    if (peerDoes === 'keeps') after(index & 0xffff)
  }
  contexts.update(srtp(1, 3), rollover)
  return open(after(0x3001))
}

test('interop 4: srtpContexts() opens packets after a re-key as the trunk says, or finds out', () => {
  assert.equal(rekey('auto', 'keeps'), 'opened')
  assert.equal(rekey('auto', 'resets'), 'opened')
  assert.equal(rekey('keep', 'keeps'), 'opened')
  assert.equal(rekey('keep', 'resets'), 'auth')
  assert.equal(rekey('reset', 'keeps'), 'auth')
  assert.equal(rekey('reset', 'resets'), 'opened')
})

test('interop 4, 7: srtpContexts() of a leg that takes another’s place hears a peer that has wrapped twice, and no replay', () => {
  const { contexts, peer, open } = run()
  contexts.update(srtp(1, 2), 'auto')
  const seal = peer(2)
  const early = seal(5)
  assert.equal(open(early.slice()), 'opened')
  for (let index = 0x4000; index <= 0x20000; index += 0x4000)
    assert.equal(open(seal(index & 0xffff)), 'opened')
  const { positions } = contexts
  const next = run()
  next.contexts.update(srtp(1, 2), 'keep', positions)
  assert.notEqual(next.open(early.slice()), 'opened')
  assert.equal(next.open(seal(1)), 'opened')
  const forgetful = run()
  forgetful.contexts.update(srtp(1, 2), 'auto')
  assert.equal(forgetful.open(seal(2)), 'auth')
})

test('srtpContexts() has none without SRTP', () => {
  const { contexts, peer, open } = run()
  contexts.update(srtp(1, 2), 'auto')
  assert.equal(contexts.opens, true)
  contexts.update(undefined, 'auto')
  assert.equal(contexts.sender, undefined)
  assert.equal(contexts.opens, false)
  assert.equal(contexts.left, 1)
  assert.equal(open(peer(2)(1)), 'auth')
})
