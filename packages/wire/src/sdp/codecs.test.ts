import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { answerOffer } from './answer.ts'
import type { AudioCodec } from './audio.ts'
import { acceptAnswer, createOffer } from './offer.ts'
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

const all: readonly AudioCodec[] = ['OPUS', 'G722', 'L16', 'PCMU', 'PCMA']
const peer = local({ address: '198.51.100.1', port: 30_000, key: (suite) => keyOf(suite, 0x5a) })

/** A browser-like offer of Opus, with what comes with it. */
function opusOffer(...lines: readonly string[]): string {
  return sdpOf(
    'm=audio 49170 RTP/SAVP 96 9 0 8 97 98',
    'a=rtpmap:96 opus/48000/2',
    'a=rtpmap:97 telephone-event/48000',
    'a=rtpmap:98 telephone-event/8000',
    cryptoLine(1, 'AES_CM_128_HMAC_SHA1_80'),
    ...lines,
  )
}

test('answerOffer() takes Opus under the peer’s type, on a clock of 48 kHz, and says what we want of it', () => {
  const { sdp, audio } = accepted(opusOffer(), { codecs: all })
  assert.deepEqual(mediaLines(sdp), ['m=audio 40000 RTP/SAVP 96 97 98'])
  assert.match(sdp, /^a=rtpmap:96 opus\/48000\/2\r$/m)
  assert.match(sdp, /^a=fmtp:96 minptime=10;useinbandfec=1;maxplaybackrate=16000;stereo=0\r$/m)
  assert.equal(audio.codec, 'OPUS')
  assert.equal(audio.clockRateHz, 48_000)
  assert.equal(audio.sendPayloadType, 96)
  assert.deepEqual(audio.opus, { maxPlaybackRateHz: 48_000, fec: false, cbr: false })
})

test('answerOffer() tells what the peer wants of the Opus it gets', () => {
  const fmtp = 'a=fmtp:96 useinbandfec=1; maxaveragebitrate=16000;CBR=1; maxplaybackrate=8000; stereo=1'
  const { audio } = accepted(opusOffer(fmtp), { codecs: all })
  assert.deepEqual(audio.opus, { maxAverageBitrate: 16_000, maxPlaybackRateHz: 8_000, fec: true, cbr: true })
})

test('answerOffer() takes Opus parameters that make no sense for none, and brings others within their bounds', () => {
  for (const [text, bitrate, rateHz] of [
    ['maxaveragebitrate=1;maxplaybackrate=1', 6_000, 8_000],
    ['maxaveragebitrate=9999999;maxplaybackrate=96000', 510_000, 48_000],
    ['maxaveragebitrate=-5;maxplaybackrate=x', undefined, 48_000],
    ['maxaveragebitrate=;;=;maxplaybackrate', undefined, 48_000],
    ['maxaveragebitrate=20000;maxaveragebitrate=30000', 20_000, 48_000],
    ['maxaveragebitrate=123456789123456789', undefined, 48_000],
  ] as const) {
    const { opus } = accepted(opusOffer(`a=fmtp:96 ${text}`), { codecs: all }).audio
    assert.equal(opus?.maxAverageBitrate, bitrate, text)
    assert.equal(opus?.maxPlaybackRateHz, rateHz, text)
  }
  assert.equal(accepted(opusOffer('a=fmtp:9 cbr=1'), { codecs: all }).audio.opus?.cbr, false)
})

test('answerOffer() takes G.722 by its static type, on a clock of 8 kHz though it has 16', () => {
  const { sdp, audio } = accepted(offerOf().replace('0 8 101', '9 8 101'), { codecs: all })
  assert.equal(audio.codec, 'G722')
  assert.equal(audio.clockRateHz, 8_000)
  assert.equal(audio.opus, undefined)
  assert.match(sdp, /^a=rtpmap:9 G722\/8000\r$/m)
  const named = accepted(offerOf('a=rtpmap:103 g722/8000').replace('0 8 101', '103 101'), { codecs: all })
  assert.equal(named.audio.sendPayloadType, 103)
})

test('answerOffer() takes L16 at 16 or 8 kHz, one channel, and no other', () => {
  const offer = (rtpmap: string) => offerOf(`a=rtpmap:100 ${rtpmap}`).replace('0 8 101', '100 101')
  assert.equal(accepted(offer('L16/16000'), { codecs: all }).audio.clockRateHz, 16_000)
  assert.equal(accepted(offer('L16/8000/1'), { codecs: all }).audio.clockRateHz, 8_000)
  for (const other of ['L16/44100', 'L16/16000/2', 'L16/11025', 'opus/16000/1', 'G722/16000']) {
    assert.deepEqual(refused(offer(other), { codecs: all }), [488, 'no common codec'], other)
  }
  const both = offerOf('a=rtpmap:100 L16/8000', 'a=rtpmap:102 L16/16000').replace('0 8 101', '100 102 101')
  assert.equal(accepted(both, { codecs: all }).audio.sendPayloadType, 102)
})

test('answerOffer() takes Opus that leaves its channels out', () => {
  const offer = offerOf('a=rtpmap:100 OPUS/48000').replace('0 8 101', '100 101')
  assert.equal(accepted(offer, { codecs: all }).audio.codec, 'OPUS')
})

test('answerOffer() follows our order of codecs', () => {
  for (const first of ['PCMU', 'PCMA', 'G722', 'OPUS'] as const) {
    const codecs = [first, ...all.filter((each) => each !== first)]
    assert.equal(accepted(opusOffer(), { codecs }).audio.codec, first)
  }
  assert.equal(accepted(opusOffer(), { codecs: ['PCMA'] }).audio.codec, 'PCMA')
})

test('interop 19: telephone-event beside Opus is taken on the codec’s clock and on 8 kHz as well', () => {
  assert.deepEqual(accepted(opusOffer(), { codecs: all }).audio.dtmf, {
    sendPayloadType: 97,
    receivePayloadType: 97,
    clockRateHz: 48_000,
    fallback: { receivePayloadType: 98, clockRateHz: 8_000 },
  })
})

test('interop 19: telephone-event on 8 kHz alone is taken beside Opus, as browsers send it', () => {
  const { sdp, audio } = accepted(opusOffer().replace('telephone-event/48000', 'CN/48000'), { codecs: all })
  assert.deepEqual(audio.dtmf, { sendPayloadType: 98, receivePayloadType: 98, clockRateHz: 8_000 })
  assert.deepEqual(mediaLines(sdp), ['m=audio 40000 RTP/SAVP 96 98'])
  assert.equal(audio.cnPayloadType, 97)
})

test('interop 19: a type that Opus and telephone-event both claim belongs to neither', () => {
  const clash = opusOffer('a=rtpmap:96 telephone-event/8000')
  const { audio } = accepted(clash, { codecs: all })
  assert.equal(audio.codec, 'G722')
  assert.equal(audio.dtmf?.receivePayloadType, 98)
})

test('interop 16: packets are as long as the codec can make them', () => {
  const l16 = offerOf('a=rtpmap:100 L16/16000').replace('0 8 101', '100 101')
  const g722 = offerOf().replace('0 8 101', '9 101')
  const opus = offerOf('a=rtpmap:100 opus/48000/2').replace('0 8 101', '100 101')
  for (const [offer, asked, ptimeMs] of [
    [opus, 'a=ptime:10', 10],
    [opus, 'a=ptime:20', 20],
    [opus, 'a=ptime:30', 20],
    [opus, 'a=ptime:40', 40],
    [opus, 'a=ptime:60', 60],
    [opus, 'a=ptime:120', 20],
    [opus, 'a=maxptime:50\r\na=ptime:60', 40],
    [opus, 'a=maxptime:5', 10],
    [g722, 'a=ptime:10', 10],
    [g722, 'a=ptime:30', 30],
    [g722, 'a=ptime:40', 40],
    [g722, 'a=ptime:60', 60],
    [l16, 'a=ptime:40', 40],
    [l16, 'a=ptime:60', 40],
  ] as const) {
    const { sdp, audio } = accepted(`${offer}${asked}\r\n`, { codecs: all })
    assert.equal(audio.ptimeMs, ptimeMs, `${audio.codec} ${asked}`)
    assert.match(sdp, new RegExp(`^a=ptime:${ptimeMs}\r$`, 'm'))
  }
})

test('interop 17: a re-offer may change the codec', () => {
  assert.equal(accepted(opusOffer(), { codecs: all }).audio.codec, 'OPUS')
  const { audio } = accepted(offerOf(), { codecs: all })
  assert.equal(audio.codec, 'PCMU')
  assert.equal(audio.opus, undefined)
})

test('createOffer() offers every codec in our order, each under a type of its own', () => {
  const { sdp } = createOffer(caps({ codecs: all }), local())
  assert.deepEqual(mediaLines(sdp), ['m=audio 40000 RTP/SAVP 111 9 97 98 0 8 110 101 102'])
  for (const line of [
    'a=rtpmap:111 opus/48000/2',
    'a=fmtp:111 minptime=10;useinbandfec=1;maxplaybackrate=16000;stereo=0',
    'a=rtpmap:9 G722/8000',
    'a=rtpmap:97 L16/16000',
    'a=rtpmap:98 L16/8000',
    'a=rtpmap:110 telephone-event/48000',
    'a=rtpmap:101 telephone-event/8000',
    'a=rtpmap:102 telephone-event/16000',
  ]) {
    assert.ok(sdp.split('\r\n').includes(line), line)
  }
})

test('createOffer() offers a codec once that was configured twice', () => {
  const { sdp } = createOffer(caps({ codecs: ['PCMA', 'OPUS', 'PCMA'] }), local())
  assert.deepEqual(mediaLines(sdp), ['m=audio 40000 RTP/SAVP 8 111 101 110'])
})

test('createOffer() writes an IPv6 address as one, whatever the codecs', () => {
  const { sdp } = createOffer(caps({ codecs: all }), local({ address: '2001:db8::10' }))
  assert.match(sdp, /^c=IN IP6 2001:db8::10\r$/m)
})

for (const codec of all) {
  test(`acceptAnswer() agrees with answerOffer() about ${codec}`, () => {
    const { sdp, state } = createOffer(caps({ codecs: all }), local())
    const answer = answerOffer(sdp, caps({ codecs: [codec] }), peer)
    assert.ok(answer.ok)
    const ours = acceptAnswer(state, answer.sdp)
    assert.ok(ours.ok)
    const { codec: spoken, clockRateHz, sendPayloadType, receivePayloadType, opus, dtmf } = ours.audio
    assert.deepEqual([spoken, clockRateHz], [codec, answer.audio.clockRateHz])
    assert.deepEqual([sendPayloadType, receivePayloadType], [answer.audio.sendPayloadType, sendPayloadType])
    assert.deepEqual(opus, answer.audio.opus)
    assert.deepEqual(dtmf, answer.audio.dtmf)
  })
}

test('acceptAnswer() takes the first codec of an answer with several: that order is the answerer’s', () => {
  const { state } = createOffer(caps({ codecs: all }), local())
  const answer = sdpOf('m=audio 30000 RTP/SAVP 8 9 0', cryptoLine(1, 'AEAD_AES_256_GCM'))
  const agreed = acceptAnswer(state, answer)
  assert.ok(agreed.ok)
  assert.equal(agreed.audio.codec, 'PCMA')
  assert.deepEqual(agreed.audio.alternatives, [
    { codec: 'G722', clockRateHz: 8_000, receivePayloadType: 9 },
    { codec: 'PCMU', clockRateHz: 8_000, receivePayloadType: 0 },
  ])
})

test('interop 19: acceptAnswer() takes types that differ each way, and limits from the peer’s own', () => {
  const { state } = createOffer(caps({ codecs: all }), local())
  const lines = [
    'm=audio 30000 RTP/SAVP 120 121',
    'a=rtpmap:120 opus/48000/2',
    'a=fmtp:120 maxaveragebitrate=12000',
    'a=rtpmap:121 telephone-event/8000',
  ]
  const agreed = acceptAnswer(state, sdpOf(...lines, cryptoLine(1, 'AEAD_AES_256_GCM')))
  assert.ok(agreed.ok)
  const { sendPayloadType, receivePayloadType, dtmf, opus } = agreed.audio
  assert.deepEqual([sendPayloadType, receivePayloadType], [120, 111])
  assert.deepEqual(dtmf, { sendPayloadType: 121, receivePayloadType: 101, clockRateHz: 8_000 })
  assert.equal(opus?.maxAverageBitrate, 12_000)
})

test('interop 19: createOffer() keeps every binding of the description before, and gives no type twice', () => {
  const theirs = sdpOf(
    'm=audio 49170 RTP/SAVP 111 101 110 97',
    'a=rtpmap:111 telephone-event/48000', // what we would take for Opus
    'a=rtpmap:101 opus/48000/2',
    'a=rtpmap:110 telephone-event/8000',
    'a=rtpmap:97 G722/8000',
    cryptoLine(1, 'AES_CM_128_HMAC_SHA1_80'),
  )
  const first = accepted(theirs, { codecs: all })
  const { sdp } = createOffer(caps({ codecs: all }), local({ version: 2 }), first.sdp)
  const [line = ''] = mediaLines(sdp)
  const types = line.split(' ').slice(3)
  assert.equal(types[0], '101', 'the codec that is spoken stays the preferred one')
  assert.equal(new Set(types).size, types.length)
  for (const kept of ['101 opus/48000/2', '111 telephone-event/48000', '110 telephone-event/8000']) {
    assert.ok(sdp.includes(`a=rtpmap:${kept}\r\n`), kept)
  }
})

test('createOffer() made again from its own description is the same but for the version', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...all], { minLength: 1 }), fc.boolean(), (codecs, dtmf) => {
      const ours = caps({ codecs, dtmf })
      const first = createOffer(ours, local()).sdp
      assert.equal(createOffer(ours, local(), first).sdp, first)
    }),
  )
})

test('createOffer() gives no type twice, whatever types an earlier description bound', () => {
  const names = ['opus/48000/2', 'G722/8000', 'L16/16000', 'L16/8000', 'telephone-event/8000', 'PCMU/8000']
  const bindings = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 127 }), fc.constantFrom(...names)), {
    selector: ([type]) => type,
    minLength: 1,
    maxLength: 12,
  })
  fc.assert(
    fc.property(bindings, (bound) => {
      const earlier = sdpOf(
        `m=audio 40000 RTP/SAVP ${bound.map(([type]) => type).join(' ')}`,
        ...bound.map(([type, name]) => `a=rtpmap:${type} ${name}`),
        cryptoLine(1, 'AES_CM_128_HMAC_SHA1_80'),
      )
      const [line = ''] = mediaLines(createOffer(caps({ codecs: all }), local(), earlier).sdp)
      const types = line.split(' ').slice(3)
      assert.equal(new Set(types).size, types.length, line)
    }),
  )
})

test('answerOffer() never throws on format parameters, whatever they say', () => {
  const text = fc.string({ maxLength: 80 }).map((each) => each.replaceAll(/[\r\n]/g, ''))
  fc.assert(
    fc.property(text, (parameters) => {
      const { opus } = accepted(opusOffer(`a=fmtp:96 ${parameters}`), { codecs: all }).audio
      assert.ok(opus !== undefined && opus.maxPlaybackRateHz >= 8_000 && opus.maxPlaybackRateHz <= 48_000)
    }),
  )
})

test('answerOffer() never throws when every codec is wanted, whatever was damaged of an offer of them', () => {
  const offer = createOffer(caps({ codecs: all }), peer).sdp
  const damage = fc.tuple(fc.nat(offer.length), fc.nat(30), fc.string({ maxLength: 20 }))
  fc.assert(
    fc.property(damage, ([at, cut, put]) => {
      void answerOffer(offer.slice(0, at) + put + offer.slice(at + cut), caps({ codecs: all }), local())
    }),
    { numRuns: 500 },
  )
})
