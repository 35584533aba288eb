import { isTargetPattern, matchesTarget } from '#src/dialing/pattern.ts'
import { parseTarget } from '#src/dialing/target.ts'
import { parseInfoDigit } from '#src/edge/sip/info-dtmf.ts'
import { parseNextNonce } from '#src/edge/sip/next-nonce.ts'
import { parseReason, serializeReason } from '#src/edge/sip/reason.ts'
import { parseSipfrag } from '#src/edge/sip/refer-sipfrag.ts'
import { parseReferTo, serializeReferTo } from '#src/edge/sip/refer-to.ts'
import { parseRAck, serializeRAck } from '#src/edge/sip/reliable-headers.ts'
import { parseReplaces, serializeReplaces } from '#src/edge/sip/replaces.ts'
import { parseSessionExpires, serializeSessionExpires } from '#src/edge/sip/session-timer.ts'
import { maxOcspBytes, readOcspResponse } from '#src/edge/sip/ocsp-response.ts'
import { sessionGroup } from '#src/edge/sip/tls-group.ts'
import { promise, type Target } from './target.ts'

const noBreak = (text: string) => !/[\r\n]/.test(text)

/** Values of headers that only some messages have: what is understood has no line break in it once it is written again. */
export const sipHeaders: Target = {
  name: 'sip-headers',
  seeds: () => [
    '<sip:+12025550123@pbx.example.com:5061;user=phone?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2>',
    '<tel:+1-202-555-0123>',
    '98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff;early-only',
    'Q.850 ;cause=16 ;text="Normal \\"call\\" clearing"',
    '1800;refresher=uac',
    '776656 1 INVITE',
    'qop=auth, nextnonce="abc", rspauth="00", cnonce="x", nc=00000001',
  ],
  words: [
    '<sip:',
    ';to-tag=',
    ';from-tag=',
    '?Replaces=',
    '%3B',
    '%0d%0a',
    '"',
    '\\"',
    'SIP ;cause=',
    'tel:+',
    ';refresher=',
  ],
  maxBytes: 2_048,
  take(input) {
    const text = Buffer.from(input).toString('latin1')
    const referTo = parseReferTo(text)
    if (referTo !== undefined)
      promise(noBreak(serializeReferTo(referTo.to, referTo.replaces)), 'Refer-To stays one line')
    const replaces = parseReplaces(text)
    if (replaces !== undefined) promise(noBreak(serializeReplaces(replaces)), 'Replaces stays one line')
    const reason = parseReason(text)
    if (reason !== undefined) promise(noBreak(serializeReason(reason)), 'Reason stays one line')
    const expires = parseSessionExpires(text)
    if (expires !== undefined) promise(expires.intervalS <= 86_400, 'an interval is bounded')
    if (expires?.refresher !== undefined)
      serializeSessionExpires({ intervalS: expires.intervalS, refresher: expires.refresher })
    const rack = parseRAck(text)
    if (rack !== undefined) promise(noBreak(serializeRAck(rack)), 'RAck stays one line')
    parseNextNonce(text)
    parseSipfrag(input)
    parseInfoDigit('application/dtmf-relay', input)
    parseInfoDigit('application/dtmf', input)
  },
}

const allowed = ['+1212*', '+442071838750', 'sip:*@pbx.example.com']

/** Whom an app or a caller wants called: nothing that is no plain number or address comes through, and no trick on the lists. */
export const dialTarget: Target = {
  name: 'dial-target',
  seeds: () => [
    '+1 (212) 555-0100',
    'tel:+442071838750',
    'sip:agent@pbx.example.com;transport=tls',
    '+1900555123',
  ],
  words: [
    '+',
    '00',
    '011',
    ';ext=',
    '@evil.example',
    'sip:',
    '%40',
    '?Replaces=',
    '\u0661',
    '*',
    '+1900',
    'tel:',
  ],
  maxBytes: 300,
  take(input) {
    const text = Buffer.from(input).toString('utf8')
    isTargetPattern(text)
    const target = parseTarget(text)
    const isAllowed = matchesTarget(allowed, text)
    if (target === undefined) return promise(!isAllowed, 'what is no target is on no list')
    if (target.kind === 'number') {
      promise(/^\+[1-9]\d{2,14}$/.test(target.number), 'a number is E.164')
      const isListed = target.number.startsWith('+1212') || target.number === '+442071838750'
      return promise(isAllowed === isListed, 'a list of numbers means what it says')
    }
    promise(noBreak(text), 'an address is one line')
  },
}

/** OpenSSL's encoding of a session, of which only the key-agreement group is read. */
export const tlsSession: Target = {
  name: 'tls-session',
  seeds: () => [
    new Uint8Array(
      Buffer.from(
        '30220201010202030404021302040830303030303030300401aaa106020465a0b1c2b30402021 1ec'.replace(' ', ''),
        'hex',
      ),
    ),
    new Uint8Array(Buffer.from('3009020101b3040202001d', 'hex')),
  ],
  words: ['\xb3\x04\x02\x02', '\x30\x82', '\x02\x02', '\x30\x80'],
  maxBytes: 4_096,
  take(input) {
    promise(/^\w*$/.test(sessionGroup(input)), 'a group is a word')
  },
}

/** A response about three certificates: good, revoked, unknown. */
const ocspResponse = [
  'MIIB4goBAKCCAdswggHXBgkrBgEFBQcwAQEEggHIMIIBxDCCAWqiFgQUAAAAAAAAAAAAAAAAAAAAAAAAAAAYDzIwMjMxMTE0',
  'MjIxMzIwWjCCAT0wYjA6MAkGBSsOAwIaBQAEFAcHBwcHBwcHBwcHBwcHBwcHBwcHBBQHBwcHBwcHBwcHBwcHBwcHBwcHBwIB',
  'BYAAGA8yMDIzMTExNDIyMTMyMFqgERgPMjAyMzExMTQyMzEzMjBaMHMwOjAJBgUrDgMCGgUABBQHBwcHBwcHBwcHBwcHBwcH',
  'BwcHBwQUBwcHBwcHBwcHBwcHBwcHBwcHBwcCAQahERgPMjAyMzExMTQyMjEzMjBaGA8yMDIzMTExNDIyMTMyMFqgERgPMjAy',
  'MzExMTQyMzEzMjBaMGIwOjAJBgUrDgMCGgUABBQHBwcHBwcHBwcHBwcHBwcHBwcHBwQUBwcHBwcHBwcHBwcHBwcHBwcHBwcC',
  'AQeCABgPMjAyMzExMTQyMjEzMjBaoBEYDzIwMjMxMTE0MjMxMzIwWjAKBggqhkjOPQQDAgNIADBFAiEAkNjpovFnUC3X8pl/',
  'Lq2VJPh5dtkVlVw7i6gJThwz/vsCIByiGgFkenz5wsIKljLcEy5EuDykCnlShp4eAFNao/qk',
].join('')

/** What a peer staples: read before its signature can be checked (RFC 6960). */
export const ocsp: Target = {
  name: 'ocsp',
  seeds: () => [Uint8Array.fromBase64(ocspResponse), Uint8Array.of(0x30, 3, 0x0a, 1, 6)],
  words: [
    '\x30\x82',
    '\x30\x80',
    '\x18\x0f20231114221320Z',
    '\xa0\x11\x18\x0f',
    '\xa1\x11\x18\x0f',
    '\x80\x00',
    '\x82\x00',
    '\x01\x01\xff',
    '\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01',
  ],
  maxBytes: maxOcspBytes + 16,
  take(input) {
    const response = readOcspResponse(input)
    if (response?.kind !== 'basic') return
    promise(input.length <= maxOcspBytes, 'a response is bounded')
    promise(response.answers.length > 0 && response.answers.length <= input.length, 'it answers something')
    promise(response.signed.length < input.length, 'what is signed is a part of it')
    for (const { thisUpdateMs, nextUpdateMs = 0 } of response.answers)
      promise(Number.isSafeInteger(thisUpdateMs) && Number.isSafeInteger(nextUpdateMs), 'times are times')
  },
}
