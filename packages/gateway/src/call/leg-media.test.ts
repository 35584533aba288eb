import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeOffer } from './fake-world.ts'
import { legMedia } from './leg-media.ts'

function media() {
  let counter = 0
  return legMedia({
    srtp: { suites: ['AES_CM_128_HMAC_SHA1_80'], allowAvpWithCrypto: false, rollover: 'auto' },
    codecs: ['PCMU', 'PCMA'],
    address: '127.0.0.1',
    port: 20_000,
    random: { bytes: (count) => new Uint8Array(count).fill(++counter) },
    ptimeMs: 20,
  })
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const bytes = (sdp: string) => new TextEncoder().encode(sdp)
const versionOf = (sdp: string) => /^o=\S+ \S+ (\d+)/m.exec(sdp)?.[1]
const keyOf = (sdp: string) => /inline:([^|\s]+)/.exec(sdp)?.[1]

function answered(leg: ReturnType<typeof media>, offer: Uint8Array): string {
  const answer = leg.answer(offer)
  assert.ok(answer.ok)
  return answer.sdp
}

test('interop 21: legMedia() raises the version of o= when its description changed, and only then', () => {
  const leg = media()
  const first = answered(leg, fakeOffer)
  assert.equal(answered(leg, fakeOffer), first)
  const held = answered(leg, bytes(`${text(fakeOffer)}a=sendonly\r\n`))
  assert.match(held, /a=recvonly/)
  assert.equal(Number(versionOf(held)), Number(versionOf(first)) + 1)
  const resumed = answered(leg, fakeOffer)
  assert.equal(Number(versionOf(resumed)), Number(versionOf(first)) + 2)
})

test('interop 21: legMedia() answers sendonly with recvonly, inactive with inactive, and 0.0.0.0 with sending nothing', () => {
  const leg = media()
  const direction = (offer: string) => {
    const answer = leg.answer(bytes(offer))
    return answer.ok && answer.audio.direction
  }
  assert.equal(direction(`${text(fakeOffer)}a=sendonly\r\n`), 'recvonly')
  assert.equal(direction(`${text(fakeOffer)}a=inactive\r\n`), 'inactive')
  assert.equal(direction(text(fakeOffer).replace('c=IN IP4 127.0.0.1', 'c=IN IP4 0.0.0.0')), 'recvonly')
  assert.equal(direction(text(fakeOffer)), 'sendrecv')
})

test('interop 5: legMedia() keeps our master key over offers of either side', () => {
  const leg = media()
  const first = answered(leg, fakeOffer)
  const moved = answered(leg, bytes(text(fakeOffer).replace('4000', '4002')))
  assert.equal(keyOf(moved), keyOf(first))
  assert.equal(keyOf(leg.offer()), keyOf(first))
})

test('legMedia() offers again with what it is bound to, and the same words when nothing changed', () => {
  const leg = media()
  const first = leg.offer()
  assert.equal(leg.offer(), first)
  const tag = /a=crypto:(\d+)/.exec(first)?.[1] ?? ''
  const answer = bytes(text(fakeOffer).replace('crypto:1', `crypto:${tag}`))
  assert.equal(leg.accept(answer).ok, true)
  assert.equal(leg.accept(answer).ok, true, 'early and final answers are both taken')
})

test('legMedia() has no answer to take before it offered', () => {
  assert.equal(media().accept(fakeOffer).ok, false)
})

test('interop 5: legMedia() describes fresh keys once they are renewed, and the old ones when that is taken back', () => {
  const leg = media()
  const first = leg.offer()
  const takeBack = leg.renewKeys()
  const renewed = leg.offer()
  assert.notEqual(keyOf(renewed), keyOf(first))
  assert.equal(Number(versionOf(renewed)), Number(versionOf(first)) + 1)
  assert.equal(keyOf(leg.offer()), keyOf(renewed))
  takeBack()
  const again = leg.offer()
  assert.equal(keyOf(again), keyOf(first))
  assert.equal(Number(versionOf(again)), Number(versionOf(first)) + 2)
})
