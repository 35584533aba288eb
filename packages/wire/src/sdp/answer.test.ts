import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { answerOffer } from './answer.ts'
import type { AudioCapabilities, LocalMedia, NegotiatedAudio } from './audio.ts'
import { readDescription } from './description.ts'
import type { Direction } from './direction.ts'
import { SdpError } from './sdp-error.ts'
import { caps, cryptoLine, keyOf, local, offerOf, sdpOf } from './test-media.ts'

interface Answer {
  readonly sdp: string
  readonly audio: NegotiatedAudio
}

function accepted(offer: string, ours?: Partial<AudioCapabilities>, media?: Partial<LocalMedia>): Answer {
  const answer = answerOffer(offer, caps(ours), local(media))
  assert.ok(answer.ok, answer.ok ? '' : answer.reason)
  return answer
}

function refused(offer: string | Uint8Array, ours?: Partial<AudioCapabilities>): [number, string] {
  const answer = answerOffer(offer, caps(ours), local())
  assert.ok(!answer.ok, 'is refused')
  return [answer.status, answer.reason]
}

function mediaLines(sdp: string): string[] {
  return sdp.split('\r\n').filter((line) => line.startsWith('m='))
}

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

test('interop 15: RTCP shares the port only when both want it', () => {
  const offered = accepted(offerOf('a=rtcp-mux'))
  assert.match(offered.sdp, /^a=rtcp-mux\r$/m)
  assert.deepEqual(offered.audio.remote, {
    address: '198.51.100.1',
    port: 49_170,
    rtcpPort: 49_170,
    rtcpMux: true,
  })
  const unwanted = accepted(offerOf('a=rtcp-mux'), {}, { rtcpMux: false })
  assert.equal(unwanted.sdp.includes('rtcp-mux'), false)
  assert.equal(unwanted.audio.remote.rtcpPort, 49_171)
  assert.equal(accepted(offerOf()).sdp.includes('rtcp-mux'), false)
})

test('interop 15: RTCP goes where a=rtcp says', () => {
  assert.equal(accepted(offerOf('a=rtcp:53020 IN IP4 198.51.100.1')).audio.remote.rtcpPort, 53_020)
  for (const odd of ['a=rtcp:', 'a=rtcp:0', 'a=rtcp:99999', 'a=rtcp:x']) {
    assert.equal(accepted(offerOf(odd)).audio.remote.rtcpPort, 49_171, odd)
  }
})

test('interop 15: the last port is refused without mux, for it leaves none to RTCP', () => {
  const offer = offerOf('a=rtcp-mux').replace('49170', '65535')
  assert.equal(accepted(offer).audio.remote.rtcpPort, 65_535)
  assert.equal(answerOffer(offer, caps(), local({ rtcpMux: false })).ok, false)
})

test('answerOffer() keeps a bundle only of what was offered in one', () => {
  const bundled = offerOf('a=mid:0').replace('t=0 0', 't=0 0\r\na=group:BUNDLE 0 1')
  const { sdp } = accepted(`${bundled}m=video 5000 RTP/SAVP 96\r\na=mid:1\r\n`)
  assert.match(sdp, /^a=group:BUNDLE 0\r$/m)
  assert.match(sdp, /^a=mid:0\r$/m)
  const named = accepted(offerOf('a=mid:audio')).sdp
  assert.equal(named.includes('BUNDLE'), false)
  assert.match(named, /^a=mid:audio\r$/m)
})

test('interop 16: packets are as long as the peer asks, within what G.711 phones take', () => {
  for (const [lines, ptimeMs] of [
    [['a=ptime:10'], 10],
    [['a=ptime:30'], 30],
    [['a=ptime:40'], 40],
    [['a=ptime:60'], 60],
    [['a=ptime:25'], 20],
    [['a=ptime:200'], 20],
    [['a=ptime:0'], 20],
    [['a=ptime:'], 20],
    [['a=maxptime:10'], 10],
    [['a=ptime:60', 'a=maxptime:45'], 40],
    [['a=ptime:20', 'a=maxptime:5'], 10],
    [[], 20],
  ] as const) {
    const { sdp, audio } = accepted(offerOf(...lines))
    assert.equal(audio.ptimeMs, ptimeMs, lines.join())
    assert.match(sdp, new RegExp(`^a=ptime:${ptimeMs}\r$`, 'm'))
  }
})

test('interop 16: comfort noise is told and never agreed to', () => {
  const { sdp, audio } = accepted(offerOf().replace('0 8 101', '0 13 101'))
  assert.equal(audio.cnPayloadType, 13)
  assert.equal(audio.silenceSuppression, true)
  assert.deepEqual(mediaLines(sdp), ['m=audio 40000 RTP/SAVP 0 101'])
  assert.equal(accepted(offerOf('a=silenceSupp:on - - - -')).audio.silenceSuppression, true)
  assert.equal(accepted(offerOf('a=silenceSupp:off - - - -')).audio.silenceSuppression, false)
})

test('interop 17: a re-offer may move address, port and payload types', () => {
  const moved = sdpOf(
    'm=audio 50000 RTP/SAVP 8 96',
    'c=IN IP6 2001:db8::5',
    'a=rtpmap:96 telephone-event/8000',
    cryptoLine(2, 'AEAD_AES_128_GCM'),
  )
  const { audio } = accepted(moved)
  assert.equal(audio.remote.address, '2001:db8::5')
  assert.equal(audio.remote.port, 50_000)
  assert.equal(audio.codec, 'PCMA')
  assert.equal(audio.dtmf?.sendPayloadType, 96)
})

test('answerOffer() takes the first common codec in the peer’s order', () => {
  assert.equal(accepted(offerOf().replace('0 8 101', '18 8 0 101')).audio.codec, 'PCMA')
  assert.equal(accepted(offerOf(), { codecs: ['PCMA'] }).audio.codec, 'PCMA')
})

test('answerOffer() finds a codec under a dynamic type, and believes rtpmap over the static one', () => {
  const dynamic = offerOf('a=rtpmap:96 pcma/8000/1').replace('0 8 101', '96 101')
  assert.equal(accepted(dynamic).audio.sendPayloadType, 96)
  assert.equal(accepted(offerOf('a=rtpmap:0 G729/8000')).audio.codec, 'PCMA')
  assert.equal(accepted(offerOf('a=rtpmap:0 PCMU/16000')).audio.codec, 'PCMA')
  assert.equal(accepted(offerOf('a=rtpmap:0 PCMU/8000/2')).audio.codec, 'PCMA')
})

test('interop 19: telephone-event is taken on the codec’s clock, of several', () => {
  const lines = ['a=rtpmap:100 telephone-event/48000', 'a=rtpmap:99 opus/48000/2']
  const offer = offerOf(...lines).replace('0 8 101', '99 100 0 101')
  assert.equal(accepted(offer).audio.dtmf?.receivePayloadType, 101)
  const other = offer.replace('telephone-event/8000', 'telephone-event/16000')
  assert.equal(accepted(other).audio.dtmf, undefined)
})

test('interop 19: a payload type that two rtpmaps claim is not used', () => {
  const offer = offerOf('a=rtpmap:101 opus/48000/2')
  assert.equal(accepted(offer).audio.dtmf, undefined)
  const twice = offerOf().replace('0 8 101', '101 101 0 0 8')
  assert.deepEqual(mediaLines(accepted(twice).sdp), ['m=audio 40000 RTP/SAVP 0 101'])
})

test('answerOffer() takes no telephone-event when we want none', () => {
  const { sdp, audio } = accepted(offerOf(), { dtmf: false })
  assert.equal(audio.dtmf, undefined)
  assert.equal(sdp.includes('telephone-event'), false)
})

test('interop 14: a hold shows in the direction, by which a media watchdog can rest', () => {
  assert.equal(accepted(offerOf('a=sendonly')).audio.direction, 'recvonly')
  assert.equal(accepted(offerOf('a=inactive')).audio.direction, 'inactive')
})

test('interop 21: the answer mirrors a hold', () => {
  for (const [theirs, ours] of [
    ['sendrecv', 'sendrecv'],
    ['sendonly', 'recvonly'],
    ['recvonly', 'sendonly'],
    ['inactive', 'inactive'],
  ] as const) {
    const { sdp, audio } = accepted(offerOf(`a=${theirs}`))
    assert.equal(audio.direction, ours)
    assert.match(sdp, new RegExp(`^a=${ours}\r$`, 'm'))
  }
})

function heldBySession(direction: Direction): string {
  return offerOf().replace('t=0 0', `t=0 0\r\na=${direction}`)
}

test('interop 21: a session-level direction holds where the media has none', () => {
  assert.equal(accepted(heldBySession('sendonly')).audio.direction, 'recvonly')
  assert.equal(accepted(`${heldBySession('sendonly')}a=sendrecv\r\n`).audio.direction, 'sendrecv')
})

test('interop 21: the legacy hold of c=0.0.0.0 stops our sending', () => {
  for (const address of ['IP4 0.0.0.0', 'IP6 ::']) {
    const { audio } = accepted(offerOf().replace('c=IN IP4 198.51.100.1', `c=IN ${address}`))
    assert.equal(audio.direction, 'recvonly', address)
  }
  const inactive = offerOf('a=recvonly').replace('c=IN IP4 198.51.100.1', 'c=IN IP4 0.0.0.0')
  assert.equal(accepted(inactive).audio.direction, 'inactive')
})

test('interop 21: the answer carries the version it is given', () => {
  assert.match(accepted(offerOf(), {}, { version: 7 }).sdp, /^o=- 1234567890 7 IN IP4 192\.0\.2\.10\r$/m)
})

test('answerOffer() grants no more than our own hold', () => {
  assert.equal(accepted(offerOf(), {}, { direction: 'inactive' }).audio.direction, 'inactive')
})

test('answerOffer() throws on a key of ours that does not fit its suite', () => {
  assert.throws(() => answerOffer(offerOf(), caps(), local({ key: () => new Uint8Array(3) })), SdpError)
})

test('answerOffer() reads the worst 64 KiB in linear time', { timeout: 10_000 }, () => {
  const room = 60_000
  const crypto = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA'
  const capabilities = ['a=tcap:1 RTP/SAVP', 'a=acap:1 crypto:1 X inline:A']
  for (const lines of [
    [`${crypto}${' '.repeat(room)}\u2028`],
    [`${crypto} ${' '.repeat(room)}x`],
    [`${crypto}${';inline:AAAA'.repeat(room / 12)}`],
    [`a=crypto:1 ${'A'.repeat(room)}`],
    [...capabilities, `a=pcfg:1 t=1 a=${'1'.repeat(room)}x`],
    [...capabilities, `a=pcfg:1 t=1 a=${'1,'.repeat(room / 2)}`],
    [...capabilities, `a=pcfg:1 t=1${' '.repeat(room)}\u00e9`],
    Array<string>(2_000).fill('a=rtpmap:0 PCMU/8000'),
    [`a=imageattr:1 send ${'[x] '.repeat(room / 4)}`],
    [`a=simulcast:send ${'send'.repeat(room / 4)}!`],
    [`a=mediaclk:id=${'='.repeat(room)}`],
  ]) {
    const longFormats = lines.length > 1_000 ? ' 0'.repeat(10_000) : ' 0'
    const answer = answerOffer(sdpOf(`m=audio 49170 RTP/SAVP${longFormats}`, ...lines), caps(), local())
    assert.equal(answer.ok, false)
  }
})

const pieces = fc.constantFrom(
  'v=0\r\n',
  'o=- 1 1 IN IP4 1.2.3.4\r\n',
  'c=IN IP4 198.51.100.1\r\n',
  'c=IN IP4 0.0.0.0\r\n',
  't=0 0\r\n',
  'm=audio 49170 RTP/SAVP 0 8 101\r\n',
  'm=audio 5000/2 RTP/AVP 0 13\n',
  'm=audio 0 RTP/SAVPF 0\r\n',
  'm=video 1 X 9\r\n',
  'm=',
  `${cryptoLine(1, 'AES_CM_128_HMAC_SHA1_80')}\r\n`,
  `${cryptoLine(2, 'AEAD_AES_256_GCM', 1, '|2^20|1:4')}\r\n`,
  'a=crypto:',
  'a=tcap:1 RTP/SAVP\r\n',
  'a=acap:1 crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA\r\n',
  'a=pcfg:1 t=1 a=1\r\n',
  'a=rtpmap:0 PCMU/8000\r\n',
  'a=rtpmap:',
  'a=ptime:30\r\n',
  'a=sendonly\r\n',
  'a=rtcp:1\r\n',
  'a=mid:0\r\n',
  'a=group:BUNDLE 0\r\n',
  '\r\n',
  'a=__proto__:x\r\n',
)

test('answerOffer() never throws, whatever the bytes, and answers with what can be read again', () => {
  const lax = caps({ allowAvpWithCrypto: true, dangerouslyAllowPlainRtp: true })
  const survives = (offer: string | Uint8Array): void => {
    const answer = answerOffer(offer, lax, local())
    if (!answer.ok) return
    const asked = readDescription(offer)
    const written = readDescription(answer.sdp)
    assert.ok(asked.ok && written.ok)
    assert.equal(written.sections.filter((section) => section.port !== 0).length, 1)
    assert.equal(written.sections.length, asked.sections.length)
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), survives))
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => survives(`v=0\r\n${text}`)))
  const start = 'v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nc=IN IP4 198.51.100.1\r\n'
  const near = fc.array(pieces, { maxLength: 25 }).map((lines) => start + lines.join(''))
  fc.assert(fc.property(near, survives), { numRuns: 1_000 })
})
