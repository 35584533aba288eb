import { nodeRandomBytes } from '@voxkeep/wire/node'
import {
  acceptAnswer,
  answerOffer,
  createOffer,
  redactSdp,
  type AudioCapabilities,
  type LocalMedia,
  type NegotiatedAudio,
} from '@voxkeep/wire/sdp'
import { keyLengths } from '@voxkeep/wire/srtp'
import { promise, type Target } from './target.ts'

const key = 'd0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj'
const description = (...lines: readonly string[]) =>
  ['v=0', 'o=- 20518 0 IN IP4 198.51.100.1', 's=-', 'c=IN IP4 198.51.100.1', 't=0 0', ...lines, ''].join(
    '\r\n',
  )
const phone = description(
  'm=audio 49170 RTP/SAVP 0 8 9 96 97 101',
  'a=rtpmap:9 G722/8000',
  'a=rtpmap:96 opus/48000/2',
  'a=fmtp:96 useinbandfec=1;maxplaybackrate=16000',
  'a=rtpmap:97 L16/16000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-16',
  'a=ptime:20',
  'a=maxptime:60',
  'a=rtcp-mux',
  'a=rtcp:53020 IN IP4 198.51.100.1',
  `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}|2^31|1:4`,
  'a=sendrecv',
)
const browser = description(
  'a=group:BUNDLE 0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 0 126',
  'c=IN IP6 2001:db8::1',
  'a=mid:0',
  'a=rtpmap:111 opus/48000/2',
  'a=rtpmap:126 telephone-event/8000',
)
const twoProfiles = description(
  'm=audio 49170 RTP/SAVP 0',
  `a=crypto:1 AEAD_AES_256_GCM inline:${'A'.repeat(59)}=`,
  'm=audio 49172 RTP/AVP 0',
  'a=tcap:1 RTP/SAVP',
  'a=pcfg:1 t=1',
)

const words = [
  '\r\n',
  'm=audio ',
  'RTP/SAVP',
  'RTP/AVP',
  'a=crypto:1 ',
  'AEAD_AES_128_GCM',
  'AES_256_CM_HMAC_SHA1_32',
  `inline:${key}`,
  '|2^48',
  '|1:128',
  'a=inactive',
  'a=sendonly',
  'c=IN IP4 0.0.0.0',
  'c=IN IP6 ::',
  'a=rtpmap:0 ',
  'a=ptime:',
  'a=silenceSupp:on - - - -',
  'a=fmtp:',
  'a=acap:1 crypto:1 ',
  'a=mid:',
  '\u2028',
]

const capabilities: AudioCapabilities = {
  codecs: ['PCMU', 'PCMA', 'G722', 'L16', 'OPUS'],
  dtmf: true,
  ptimeMs: 20,
  suites: ['AEAD_AES_256_GCM', 'AES_256_CM_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_80'],
  profile: 'required',
  allowAvpWithCrypto: true,
  dangerouslyAllowPlainRtp: false,
}
const ours = nodeRandomBytes(64)
const media: LocalMedia = {
  address: '192.0.2.10',
  port: 40_000,
  sessionId: '1234567890',
  version: 1,
  rtcpMux: true,
  key: (suite) => {
    const { keyBytes, saltBytes } = keyLengths(suite)
    return ours.slice(0, keyBytes + saltBytes)
  },
}

function check(audio: NegotiatedAudio): void {
  promise(audio.srtp !== undefined, 'nothing is agreed on without SRTP')
  promise(audio.ptimeMs >= 10 && audio.ptimeMs <= 60, 'packets have a length that we can send')
  promise(audio.remote.port > 0 && audio.remote.port < 65_536, 'a port is a port')
}

export const sdpOffer: Target = {
  name: 'sdp-offer',
  seeds: () => [phone, browser, twoProfiles],
  words,
  maxBytes: 8 * 1024,
  take(input) {
    const answer = answerOffer(input, capabilities, media)
    const redacted = redactSdp(Buffer.from(input).toString('latin1'))
    promise(!redacted.includes(`inline:${key}`), 'a redacted description shows no key')
    if (!answer.ok) return
    check(answer.audio)
    const again = createOffer(capabilities, { ...media, version: 2 }, answer.sdp)
    promise(again.sdp.includes('a=crypto:'), 'an offer after an answer is encrypted')
  },
}

export const sdpAnswer: Target = {
  name: 'sdp-answer',
  seeds: () => [phone, phone.replace('a=sendrecv', 'a=recvonly'), phone.replace('49170', '0')],
  words,
  maxBytes: 8 * 1024,
  take(input) {
    const accepted = acceptAnswer(offered, input)
    if (accepted.ok) check(accepted.audio)
  },
}
const offered = createOffer(capabilities, media).state
