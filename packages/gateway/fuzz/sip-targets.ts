import {
  defaultScreenPolicy,
  parseAuthorization,
  parseChallenge,
  parseCSeq,
  parseNameAddr,
  parseSip,
  parseUri,
  parseVia,
  screenRequest,
  screenResponse,
  serializeSip,
  sipStream,
  stampReceived,
  type SipMessage,
} from '@voxkeep/wire/sip'
import { promise, type Target } from './target.ts'

const invite = [
  'INVITE sip:+12025550199@gw.example.com:5061;transport=tls SIP/2.0',
  'Via: SIP/2.0/TLS 198.51.100.1:5061;branch=z9hG4bK776asdhds;rport, SIP/2.0/TLS 192.0.2.4;branch=z9hG4bKnashds8',
  'Max-Forwards: 70',
  'Record-Route: <sip:p1.example.com;lr;r2=on>, <sip:[2001:db8::1]:5061;lr>',
  'From: "Alice \\"A\\"" <sip:+12025550142@example.com>;tag=1928301774',
  'To: <sip:+12025550199@gw.example.com>',
  'Call-ID: a84b4c76e66710@pc33.example.com',
  'CSeq: 314159 INVITE',
  'Contact: <sip:alice@198.51.100.1:5061;transport=tls>',
  'Session-Expires: 1800;refresher=uac',
  'Supported: timer, 100rel, replaces',
  'Authorization: Digest username="alice", realm="voxkeep", nonce="abc", uri="sip:gw", response="00", algorithm=SHA-256, qop=auth, nc=00000001, cnonce="x"',
  'Content-Type: application/sdp',
  'Content-Length: 4',
  '',
  'v=0\n',
].join('\r\n')

const response = [
  'SIP/2.0 401 Unauthorized',
  'v: SIP/2.0/TLS 198.51.100.1;branch=z9hG4bK1',
  'f: <sip:a@b>;tag=1',
  't: <sip:c@d>;tag=2',
  'i: 1@x',
  'CSeq: 1 INVITE',
  'WWW-Authenticate: Digest realm="r", nonce="n", algorithm=MD5, qop="auth,auth-int", stale=true',
  'Warning: 399 gw "folded',
  ' over two lines"',
  'l: 0',
  '',
  '',
].join('\r\n')

const words = [
  '\r\n',
  '\r\n\r\n',
  '\r\n ',
  'SIP/2.0',
  'SIP/2.0/TLS',
  'Content-Length: ',
  'l: 0\r\n',
  ';branch=z9hG4bK',
  ';lr',
  ';maddr=',
  ';received=',
  ';rport',
  ';tag=',
  '?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc',
  'sip:',
  'sips:',
  'tel:',
  '[::1]',
  '"\\',
  '%00',
  'ACK',
  'BYE',
  'CANCEL',
  'REFER',
  'UPDATE',
  'PRACK',
  'RAck: 1 1 INVITE\r\n',
  'Via: ',
  'Route: ',
  'Identity: ',
]

function useHeaders(message: SipMessage): void {
  const { headers } = message
  for (const name of ['From', 'To', 'Contact', 'Refer-To', 'Route', 'Record-Route'])
    for (const value of headers.getAll(name)) parseNameAddr(value)
  for (const value of headers.getAll('Via')) parseVia(value)
  for (const value of headers.getAll('Authorization')) parseAuthorization(value)
  for (const value of headers.getAll('WWW-Authenticate')) parseChallenge(value)
  parseCSeq(headers.get('CSeq') ?? '')
  if (message.kind === 'response') return void screenResponse(message)
  parseUri(message.uri)
  stampReceived(message, { address: '192.0.2.7', port: 5061 })
  screenRequest(message, defaultScreenPolicy)
}

/** One whole message: what is understood is written again, and read again the same. */
export const sipMessage: Target = {
  name: 'sip-message',
  seeds: () => [invite, response],
  words,
  maxBytes: 16 * 1024,
  take(input) {
    const parsed = parseSip(input)
    if (!parsed.ok) return
    useHeaders(parsed.message)
    const written = serializeSip(parsed.message)
    const again = parseSip(written)
    promise(again.ok, 'what was parsed can be parsed again once it is written')
    promise(again.ok && Buffer.compare(serializeSip(again.message), written) === 0, 'and is then the same')
  },
}

/** The framing of a connection: however the bytes are cut into pieces, the same messages come out. */
export const sipFraming: Target = {
  name: 'sip-framing',
  seeds: () => [invite + response, `\r\n\r\n${invite}\r\n${response}`],
  words,
  maxBytes: 96 * 1024,
  take(input) {
    const whole = sipStream()
    const items = whole.push(input.slice())
    const cut = sipStream()
    const cutItems = []
    const step = 1 + (input.length % 37)
    for (let from = 0; from < input.length; from += step) {
      cutItems.push(...cut.push(input.slice(from, from + step)))
      promise(cut.bufferedBytes <= 97 * 1024 + step, 'what is held is bounded')
    }
    const messages = (of: typeof items) => of.filter(({ kind }) => kind === 'message').length
    promise(messages(items) === messages(cutItems), 'framing does not depend on how bytes arrive')
  },
}
