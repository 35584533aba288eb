import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerOffer } from './answer.ts'
import {
  accepted,
  caps,
  cryptoLine,
  keyOf,
  local,
  mediaLines,
  offerOf,
  refused,
  sdpOf,
} from './test-media.ts'

test('answerOffer() writes a whole answer', () => {
  const { sdp } = accepted(offerOf())
  assert.deepEqual(sdp.split('\r\n'), [
    'v=0',
    'o=- 1234567890 1 IN IP4 192.0.2.10',
    's=-',
    'c=IN IP4 192.0.2.10',
    't=0 0',
    'm=audio 40000 RTP/SAVP 0 101',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-15',
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${keyOf('AES_CM_128_HMAC_SHA1_80', 0xa5).toBase64()}`,
    'a=ptime:20',
    'a=sendrecv',
    '',
  ])
})

test('answerOffer() tells what was agreed', () => {
  assert.deepEqual(accepted(offerOf()).audio, {
    remote: { address: '198.51.100.1', port: 49_170, rtcpPort: 49_171, rtcpMux: false },
    codec: 'PCMU',
    clockRateHz: 8_000,
    sendPayloadType: 0,
    receivePayloadType: 0,
    dtmf: { sendPayloadType: 101, receivePayloadType: 101, clockRateHz: 8_000 },
    ptimeMs: 20,
    direction: 'sendrecv',
    srtp: {
      suite: 'AES_CM_128_HMAC_SHA1_80',
      tag: 1,
      send: { keyAndSalt: keyOf('AES_CM_128_HMAC_SHA1_80', 0xa5) },
      receive: [{ keyAndSalt: keyOf('AES_CM_128_HMAC_SHA1_80', 0x5a) }],
    },
    silenceSuppression: false,
  })
})

test('answerOffer() writes an IPv6 address as one', () => {
  const { sdp } = accepted(offerOf(), {}, { address: '2001:db8::10' })
  assert.match(sdp, /^c=IN IP6 2001:db8::10\r$/m)
})

test('answerOffer() reads the offer as bytes too, and any line ends', () => {
  const bytes = new TextEncoder().encode(offerOf().replaceAll('\r\n', '\n'))
  assert.equal(answerOffer(bytes, caps(), local()).ok, true)
})

test('answerOffer() repeats the offer’s time', () => {
  assert.match(
    accepted(offerOf().replace('t=0 0', 't=3034423619 3042462419')).sdp,
    /^t=3034423619 3042462419\r$/m,
  )
  assert.match(accepted(offerOf().replace('t=0 0', 't=99999999999999 x')).sdp, /^t=0 0\r$/m)
})

test('interop 1: the peer’s MKI and lifetime come out, and ours has neither', () => {
  const lines = ['m=audio 49170 RTP/SAVP 0', cryptoLine(1, 'AES_CM_128_HMAC_SHA1_80', 1, '|2^31|1:4')]
  const { sdp, audio } = accepted(sdpOf(...lines))
  assert.deepEqual(audio.srtp?.receive, [
    {
      keyAndSalt: keyOf('AES_CM_128_HMAC_SHA1_80', 1),
      lifetime: 2n ** 31n,
      mki: new Uint8Array([0, 0, 0, 1]),
    },
  ])
  assert.equal(sdp.includes('|'), false)
})

test('interop 3: the answer repeats the offer’s crypto tag', () => {
  const offer = sdpOf('m=audio 49170 RTP/SAVP 0', cryptoLine(42, 'AES_CM_128_HMAC_SHA1_80'))
  const { sdp, audio } = accepted(offer)
  assert.equal(audio.srtp?.tag, 42)
  assert.match(sdp, /^a=crypto:42 AES_CM_128_HMAC_SHA1_80 /m)
})

test('interop 3: the answer repeats the peer’s spelling of the suite', () => {
  const line = cryptoLine(1, 'AES_256_CM_HMAC_SHA1_80').replace('AES_256_CM', 'AES_CM_256')
  const { sdp, audio } = accepted(sdpOf('m=audio 49170 RTP/SAVP 0', line))
  assert.equal(audio.srtp?.suite, 'AES_256_CM_HMAC_SHA1_80')
  assert.match(sdp, /^a=crypto:1 AES_CM_256_HMAC_SHA1_80 /m)
})

test('answerOffer() takes our most preferred of several suites', () => {
  const offer = sdpOf(
    'm=audio 49170 RTP/SAVP 0',
    cryptoLine(1, 'AES_CM_128_HMAC_SHA1_80', 1),
    cryptoLine(2, 'AEAD_AES_256_GCM', 2),
    cryptoLine(3, 'AES_CM_128_HMAC_SHA1_32', 3),
  )
  const { sdp, audio } = accepted(offer)
  assert.equal(audio.srtp?.suite, 'AEAD_AES_256_GCM')
  assert.equal(audio.srtp.tag, 2)
  assert.equal(sdp.match(/a=crypto/g)?.length, 1)
  const strict = accepted(offer, { suites: ['AES_CM_128_HMAC_SHA1_32'] })
  assert.equal(strict.audio.srtp?.tag, 3)
})

test('answerOffer() passes over what it cannot honour, second session parameters included', () => {
  const offer = sdpOf(
    'm=audio 49170 RTP/SAVP 0',
    cryptoLine(1, 'AEAD_AES_256_GCM', 1, ' WSH=64 UNENCRYPTED_SRTP'),
    cryptoLine(2, 'AEAD_AES_128_GCM', 1, ' FUTURE=1'),
    'a=crypto:3 NEW_SUITE inline:AAAA',
    cryptoLine(4, 'AES_CM_128_HMAC_SHA1_80', 1, ' WSH=64'),
  )
  assert.equal(accepted(offer).audio.srtp?.tag, 4)
})

test('interop 5: our key is the same over re-offers, and theirs alone decides whether contexts stay', () => {
  const first = accepted(offerOf()).audio.srtp
  const held = accepted(offerOf('a=sendonly')).audio.srtp
  assert.deepEqual(held, first)
})

test('interop 8: of SAVP and AVP alternatives the encrypted one is taken and the other zeroed', () => {
  const savp = ['m=audio 49170 RTP/SAVP 0', cryptoLine(1, 'AES_CM_128_HMAC_SHA1_80')]
  const avp = ['m=audio 49170 RTP/AVP 0']
  const plainAllowed = { dangerouslyAllowPlainRtp: true }
  for (const ours of [{}, plainAllowed]) {
    assert.deepEqual(mediaLines(accepted(sdpOf(...savp, ...avp), ours).sdp), [
      'm=audio 40000 RTP/SAVP 0',
      'm=audio 0 RTP/AVP 0',
    ])
    assert.deepEqual(mediaLines(accepted(sdpOf(...avp, ...savp), ours).sdp), [
      'm=audio 0 RTP/AVP 0',
      'm=audio 40000 RTP/SAVP 0',
    ])
  }
})

test('interop 8: AVP with crypto is taken only by policy, and as AVP', () => {
  const offer = sdpOf('m=audio 49170 RTP/AVP 0', cryptoLine(1, 'AES_CM_128_HMAC_SHA1_80'))
  assert.deepEqual(refused(offer), [488, 'no acceptable encryption was offered'])
  const { sdp, audio } = accepted(offer, { allowAvpWithCrypto: true })
  assert.equal(audio.srtp?.suite, 'AES_CM_128_HMAC_SHA1_80')
  assert.match(sdp, /^m=audio 40000 RTP\/AVP 0\r$/m)
})

test('interop 8: an encrypted potential configuration is taken and named', () => {
  const crypto = cryptoLine(1, 'AES_CM_128_HMAC_SHA1_80').slice(2)
  const offer = sdpOf(
    'm=audio 49170 RTP/AVP 0',
    'a=tcap:1 RTP/SAVPF RTP/SAVP',
    `a=acap:5 ${crypto}`,
    'a=pcfg:3 t=2 a=5',
  )
  const { sdp, audio } = accepted(offer)
  assert.equal(audio.srtp?.tag, 1)
  assert.match(sdp, /^m=audio 40000 RTP\/SAVP 0\r$/m)
  assert.match(sdp, /^a=acfg:3 t=2 a=5\r$/m)
})

test('interop 9: a secure profile without a usable key is refused, even where plain RTP is allowed', () => {
  const plainAllowed = { dangerouslyAllowPlainRtp: true, allowAvpWithCrypto: true }
  for (const lines of [[], ['a=crypto:1 NEW_SUITE inline:AAAA'], ['a=crypto:1']]) {
    const offer = sdpOf('m=audio 49170 RTP/SAVP 0', ...lines)
    assert.deepEqual(refused(offer, plainAllowed), [488, 'no acceptable encryption was offered'])
  }
})

test('interop 9: plain RTP is refused unless dangerously allowed, and then shows', () => {
  const offer = sdpOf('m=audio 49170 RTP/AVP 0')
  assert.deepEqual(refused(offer), [488, 'no acceptable encryption was offered'])
  const { sdp, audio } = accepted(offer, { dangerouslyAllowPlainRtp: true })
  assert.equal(audio.srtp, undefined)
  assert.equal(sdp.includes('crypto'), false)
})

test('answerOffer() refuses DTLS-SRTP, which has no key in it', () => {
  const offer = sdpOf('m=audio 9 UDP/TLS/RTP/SAVPF 0', 'a=fingerprint:sha-256 AA:BB')
  assert.equal(refused(offer, { dangerouslyAllowPlainRtp: true })[0], 488)
})

test('answerOffer() refuses video and the rest with port 0, in the offer’s order', () => {
  const offer = sdpOf(
    'm=video 5000/2 RTP/SAVPF 96 97',
    'm=audio 49170 RTP/SAVP 0',
    cryptoLine(1, 'AES_CM_128_HMAC_SHA1_80'),
    'm=application 6000 TCP/BFCP *',
  )
  assert.deepEqual(mediaLines(accepted(offer).sdp), [
    'm=video 0 RTP/SAVPF 96 97',
    'm=audio 40000 RTP/SAVP 0',
    'm=application 0 TCP/BFCP *',
  ])
})

test('answerOffer() takes one of two equal audio streams, the first', () => {
  const stream = ['m=audio 49170 RTP/SAVP 0', cryptoLine(1, 'AES_CM_128_HMAC_SHA1_80')]
  assert.deepEqual(mediaLines(accepted(sdpOf(...stream, ...stream)).sdp), [
    'm=audio 40000 RTP/SAVP 0',
    'm=audio 0 RTP/SAVP 0',
  ])
})

test('answerOffer() says in constant words why an offer is refused', () => {
  const crypto = cryptoLine(1, 'AES_CM_128_HMAC_SHA1_80')
  for (const [offer, status, reason] of [
    ['', 415, 'not a session description of version 0'],
    ['v=1\r\n', 415, 'not a session description of version 0'],
    ['v=0\r\ns=-\r\n', 400, 'the session description has no origin'],
    [sdpOf('m=audio x RTP/SAVP 0'), 400, 'a media description is malformed'],
    [sdpOf('m=audio 70000 RTP/SAVP 0'), 400, 'a media description is malformed'],
    [sdpOf('m='), 400, 'a media description is malformed'],
    [sdpOf(), 488, 'no audio was offered'],
    [sdpOf('m=video 5000 RTP/SAVP 96'), 488, 'no audio was offered'],
    [sdpOf('m=audio 0 RTP/SAVP 0', crypto), 488, 'the offered audio is switched off'],
    [sdpOf('m=audio 49170 RTP/SAVP 18', crypto), 488, 'no common codec'],
    [
      sdpOf('m=audio 49170 RTP/SAVP 0', 'c=IN IP4 pbx.example.com', crypto),
      488,
      'the media address cannot be used',
    ],
    [
      sdpOf('m=audio 49170 RTP/SAVP 0', 'c=IN IP4 224.1.1.1/127', crypto),
      488,
      'the media address cannot be used',
    ],
    [
      sdpOf('m=audio 49170 RTP/SAVP 0', 'c=IN IP4 239.1.1.1', crypto),
      488,
      'the media address cannot be used',
    ],
    [sdpOf(...Array<string>(33).fill('m=video 5000 RTP/SAVP 96')), 488, 'too many media descriptions'],
    [`v=0\r\n${'a=x\r\n'.repeat(20_000)}`, 400, 'the session description is too long'],
  ] as const) {
    assert.deepEqual(refused(offer), [status, reason])
  }
})
