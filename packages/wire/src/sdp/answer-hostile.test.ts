import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { answerOffer } from './answer.ts'
import { readDescription } from './description.ts'
import { caps, cryptoLine, local, sdpOf } from './test-media.ts'

/** What `unit: 'binary'` draws from; that would make a table of all million characters first. */
const anyCharacter = fc.nat({ max: 0x10ffff }).map((point) => String.fromCodePoint(point).toWellFormed())

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
    for (const profile of ['RTP/SAVP', 'RTP/AVP']) {
      const offer = sdpOf(`m=audio 49170 ${profile}${longFormats}`, ...lines)
      assert.equal(answerOffer(offer, caps(), local()).ok, false)
    }
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
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 200 }), (text) => survives(`v=0\r\n${text}`)),
  )
  const start = 'v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nc=IN IP4 198.51.100.1\r\n'
  const near = fc.array(pieces, { maxLength: 25 }).map((lines) => start + lines.join(''))
  fc.assert(fc.property(near, survives), { numRuns: 1_000 })
})
