import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerOffer } from './answer.ts'
import type { Direction } from './direction.ts'
import { SdpError } from './sdp-error.ts'
import { accepted, caps, cryptoLine, local, mediaLines, offerOf, sdpOf } from './test-media.ts'

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

test('answerOffer() takes the first of our codecs that was offered, whatever the peer’s order', () => {
  assert.equal(accepted(offerOf().replace('0 8 101', '18 8 0 101')).audio.codec, 'PCMU')
  assert.equal(accepted(offerOf(), { codecs: ['G722', 'PCMA', 'PCMU'] }).audio.codec, 'PCMA')
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
