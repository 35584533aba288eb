import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { answerOffer } from './answer.ts'
import type { AudioCapabilities, LocalMedia, NegotiatedAudio } from './audio.ts'
import { acceptAnswer, createOffer, type OfferState } from './offer.ts'
import { sameSrtp } from './same-srtp.ts'
import { SdpError } from './sdp-error.ts'
import { allSuites, caps, cryptoLine, keyOf, local, offerOf, sdpOf } from './test-media.ts'

function offer(
  ours: Partial<AudioCapabilities> = {},
  media: Partial<LocalMedia> = {},
): { sdp: string; state: OfferState } {
  return createOffer(caps(ours), local(media))
}

function agreed(state: OfferState, answer: string): NegotiatedAudio {
  const accepted = acceptAnswer(state, answer)
  assert.ok(accepted.ok, accepted.ok ? '' : accepted.reason)
  return accepted.audio
}

function refused(state: OfferState, answer: string): [number, string] {
  const accepted = acceptAnswer(state, answer)
  assert.ok(!accepted.ok, 'is refused')
  return [accepted.status, accepted.reason]
}

const peer = local({ address: '198.51.100.1', port: 30_000, key: (suite) => keyOf(suite, 0x5a) })

test('interop 8: createOffer() offers every suite in our order, as required', () => {
  const { sdp } = offer()
  assert.match(sdp, /^m=audio 40000 RTP\/SAVP 0 8 101\r$/m)
  const suites = [...sdp.matchAll(/^a=crypto:(\d+) (\w+) inline:/gm)].map((match) => [
    Number(match[1]),
    match[2],
  ])
  assert.deepEqual(
    suites,
    allSuites.map((suite, at) => [at + 1, suite]),
  )
})

test('createOffer() offers plain RTP only without suites and when dangerously allowed', () => {
  const plain = offer({ suites: [], dangerouslyAllowPlainRtp: true })
  assert.match(plain.sdp, /^m=audio 40000 RTP\/AVP 0 8 101\r$/m)
  assert.throws(() => offer({ suites: [] }), SdpError)
  assert.throws(() => offer({ codecs: [] }), SdpError)
  assert.match(offer({ dangerouslyAllowPlainRtp: true }).sdp, /RTP\/SAVP/)
})

test('acceptAnswer() agrees with answerOffer() about each suite', () => {
  for (const suite of allSuites) {
    const { sdp, state } = offer()
    const answer = answerOffer(sdp, caps({ suites: [suite] }), peer)
    assert.ok(answer.ok)
    const ours = agreed(state, answer.sdp)
    assert.equal(ours.srtp?.suite, suite)
    assert.deepEqual(ours.srtp.send, answer.audio.srtp?.receive[0])
    assert.deepEqual(ours.srtp.receive, [answer.audio.srtp?.send])
    assert.equal(ours.remote.port, 30_000)
    assert.equal(ours.remote.rtcpMux, true)
  }
})

const answerLines = (tag: number, ...lines: readonly string[]): string =>
  sdpOf('m=audio 30000 RTP/SAVP 0', cryptoLine(tag, allSuites[tag - 1] ?? 'AEAD_AES_128_GCM'), ...lines)

test('acceptAnswer() takes the peer’s own payload types for sending and ours for receiving', () => {
  const lines = ['m=audio 30000 RTP/SAVP 97 98', 'a=rtpmap:97 PCMA/8000', 'a=rtpmap:98 telephone-event/8000']
  const audio = agreed(offer().state, sdpOf(...lines, cryptoLine(1, 'AEAD_AES_256_GCM')))
  assert.equal(audio.codec, 'PCMA')
  assert.equal(audio.sendPayloadType, 97)
  assert.equal(audio.receivePayloadType, 8)
  assert.deepEqual(audio.dtmf, { sendPayloadType: 98, receivePayloadType: 101, clockRateHz: 8_000 })
})

test('interop 3: acceptAnswer() refuses a tag we did not offer, or another suite under it', () => {
  const crypto = cryptoLine(99, 'AEAD_AES_256_GCM')
  const noKey = [488, 'the answer has no key to our offer']
  assert.deepEqual(refused(offer().state, sdpOf('m=audio 30000 RTP/SAVP 0', crypto)), noKey)
  const swapped = cryptoLine(1, 'AES_CM_128_HMAC_SHA1_32')
  assert.deepEqual(refused(offer().state, sdpOf('m=audio 30000 RTP/SAVP 0', swapped)), noKey)
})

test('interop 9: acceptAnswer() takes no plain answer to an encrypted offer', () => {
  const lax = { dangerouslyAllowPlainRtp: true, allowAvpWithCrypto: true }
  for (const profile of ['RTP/AVP', 'RTP/SAVP']) {
    const answer = sdpOf(`m=audio 30000 ${profile} 0`)
    assert.deepEqual(refused(offer(lax).state, answer), [488, 'the answer has no key to our offer'])
  }
  const avp = sdpOf('m=audio 30000 RTP/AVP 0', cryptoLine(1, 'AEAD_AES_256_GCM'))
  assert.deepEqual(refused(offer().state, avp), [488, 'the answer changed the profile'])
  assert.equal(agreed(offer(lax).state, avp).srtp?.tag, 1)
})

test('acceptAnswer() takes plain RTP where that was offered', () => {
  const { state } = offer({ suites: [], dangerouslyAllowPlainRtp: true })
  assert.equal(agreed(state, sdpOf('m=audio 30000 RTP/AVP 0')).srtp, undefined)
  const savp = sdpOf('m=audio 30000 RTP/SAVP 0', cryptoLine(1, 'AEAD_AES_256_GCM'))
  assert.deepEqual(refused(state, savp), [488, 'the answer changed the profile'])
})

test('acceptAnswer() says in constant words why an answer is refused', () => {
  const { state } = offer()
  for (const [answer, status, reason] of [
    ['', 415, 'not a session description of version 0'],
    [sdpOf('m=audio'), 400, 'a media description is malformed'],
    [sdpOf(), 488, 'the answer does not match the offer'],
    [sdpOf('m=video 5000 RTP/SAVP 96'), 488, 'the answer does not match the offer'],
    [`${answerLines(1)}m=video 0 RTP/SAVP 96\r\n`, 488, 'the answer does not match the offer'],
    [sdpOf('m=audio 0 RTP/SAVP 0'), 488, 'the audio was refused'],
    [answerLines(1).replace('SAVP 0', 'SAVP 18'), 488, 'no common codec'],
    [answerLines(1, 'c=IN IP4 example.com'), 488, 'the media address cannot be used'],
  ] as const) {
    assert.deepEqual(refused(state, answer), [status, reason])
  }
})

test('interop 21: our hold is offered and answered', () => {
  const { sdp, state } = offer({}, { direction: 'sendonly' })
  assert.match(sdp, /^a=sendonly\r$/m)
  assert.equal(agreed(state, answerLines(1, 'a=recvonly')).direction, 'sendonly')
  assert.equal(agreed(state, answerLines(1, 'a=inactive')).direction, 'inactive')
  assert.equal(agreed(state, answerLines(1)).direction, 'sendonly')
})

test('interop 5: our keys stay the same over re-offers', () => {
  const first = offer().sdp
  const again = createOffer(caps(), local({ version: 2, direction: 'inactive' }), first).sdp
  assert.deepEqual(again.match(/^a=crypto.*/gm), first.match(/^a=crypto.*/gm))
})

test('createOffer() keeps the streams, payload types and names of our answer in a re-offer', () => {
  const theirs = offerOf('a=mid:a')
    .replace('0 8 101', '8 96')
    .replace('rtpmap:101', 'rtpmap:96')
    .replace('t=0 0', 't=0 0\r\na=group:BUNDLE a')
  const answer = answerOffer(`${theirs}m=video 5000 RTP/SAVP 99\r\n`, caps(), local())
  assert.ok(answer.ok)
  const { sdp, state } = createOffer(caps(), local({ version: 2 }), answer.sdp)
  assert.deepEqual(sdp.match(/^m=.*(?=\r)/gm), ['m=audio 40000 RTP/SAVP 8 0 96', 'm=video 0 RTP/SAVP 99'])
  assert.match(sdp, /^a=mid:a\r$/m)
  assert.match(sdp, /^a=group:BUNDLE a\r$/m)
  assert.match(sdp, /^o=- 1234567890 2 /m)
  assert.equal(agreed(state, `${answerLines(1)}m=video 0 RTP/SAVP 99\r\n`).remote.port, 30_000)
})

test('createOffer() keeps the agreed profile in a re-offer', () => {
  const lax = caps({ allowAvpWithCrypto: true, dangerouslyAllowPlainRtp: true })
  const bestEffort = sdpOf('m=audio 5000 RTP/AVP 0', cryptoLine(1, 'AEAD_AES_256_GCM'))
  const plain = sdpOf('m=audio 5000 RTP/AVP 0')
  const reoffer = (theirs: string): string => {
    const answer = answerOffer(theirs, lax, local())
    assert.ok(answer.ok)
    return createOffer(lax, local(), answer.sdp).sdp
  }
  assert.match(reoffer(bestEffort), /^m=audio 40000 RTP\/AVP [\s\S]*a=crypto/m)
  assert.doesNotMatch(reoffer(plain), /crypto|SAVP/)
  const answered = answerOffer(plain, lax, local())
  assert.ok(answered.ok)
  assert.match(createOffer(caps(), local(), answered.sdp).sdp, /RTP\/SAVP/, 'no longer allowed')
})

test('interop 5: sameSrtp() tells a re-offer with the same keys from one with new', () => {
  const { state } = offer()
  const first = agreed(state, answerLines(1))
  assert.equal(sameSrtp(first, agreed(state, answerLines(1, 'a=inactive'))), true)
  assert.equal(sameSrtp(first, agreed(state, answerLines(2))), false)
  const rekeyed = sdpOf('m=audio 30000 RTP/SAVP 0', cryptoLine(1, 'AEAD_AES_256_GCM', 0x77))
  assert.equal(sameSrtp(first, agreed(state, rekeyed)), false)
  const withMki = sdpOf('m=audio 30000 RTP/SAVP 0', cryptoLine(1, 'AEAD_AES_256_GCM', 0x5a, '|1:1'))
  assert.equal(sameSrtp(first, agreed(state, withMki)), false)
})

test('sameSrtp() holds between two plain streams, and never between plain and encrypted', () => {
  const { state } = offer({ suites: [], dangerouslyAllowPlainRtp: true })
  const plain = agreed(state, sdpOf('m=audio 30000 RTP/AVP 0'))
  assert.equal(sameSrtp(plain, plain), true)
  assert.equal(sameSrtp(plain, agreed(offer().state, answerLines(1))), false)
})

test('acceptAnswer() never throws, whatever the bytes', () => {
  const { sdp, state } = offer()
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => void acceptAnswer(state, bytes)))
  const damaged = fc.tuple(fc.nat({ max: sdp.length }), fc.nat({ max: 40 }), fc.string({ maxLength: 20 }))
  fc.assert(
    fc.property(
      damaged,
      ([at, cut, put]) => void acceptAnswer(state, sdp.slice(0, at) + put + sdp.slice(at + cut)),
    ),
  )
})
