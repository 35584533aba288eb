import { openCredential } from '#src/stir/credential.ts'
import { parseIdentityHeader, serializeIdentityHeader } from '#src/stir/identity-header.ts'
import { parsePassport } from '#src/stir/passport.ts'
import { parseTnAuthList } from '#src/stir/tn-auth-list.ts'
import { promise, type Target } from './target.ts'

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const header = encode({
  alg: 'ES256',
  ppt: 'shaken',
  typ: 'passport',
  x5u: 'https://certificates.example/a.pem',
})
const claims = encode({
  attest: 'A',
  dest: { tn: ['12125551213'] },
  iat: 1_772_366_400,
  orig: { tn: '12155551212' },
  origid: '123e4567-e89b-12d3-a456-426655440000',
})

/** RFC 8224 and RFC 8225: the header, and the token in it. */
export const identity: Target = {
  name: 'identity',
  seeds: () => [
    `${header}.${claims}.c2ln;info=<https://certificates.example/a.pem>;alg=ES256;ppt=shaken`,
    '..c2ln;info=<https://certificates.example/a.pem>',
  ],
  words: [
    header,
    claims,
    ';info=<',
    '>;alg=ES256',
    ';ppt=div',
    '..',
    encode({ dest: {}, iat: 1e300, orig: { tn: '' } }),
  ],
  maxBytes: 8 * 1024,
  take(input) {
    const parsed = parseIdentityHeader(Buffer.from(input).toString('latin1'))
    if (parsed === undefined) return
    promise(!/[\r\n]/.test(serializeIdentityHeader(parsed)), 'an Identity stays one line')
    const token = parsePassport(parsed.protectedHeader, parsed.payload)
    if (token.ok) promise(token.passport.dest.length <= 32, 'destinations are bounded')
  },
}

/** RFC 8226: what a certificate says of numbers, and certificates themselves. */
export const certificate: Target = {
  name: 'certificate',
  seeds: () => [
    new Uint8Array(Buffer.from('3008a0061604373039 4a'.replace(' ', ''), 'hex')),
    new Uint8Array(
      Buffer.from('3020a20d160b3132313535353531323132a10f300d160a3132313535353530303002010a', 'hex'),
    ),
    '-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUT\n-----END CERTIFICATE-----\n',
  ],
  words: [
    '\x30\x82',
    '\xa0\x06\x16\x04',
    '-----BEGIN CERTIFICATE-----\n',
    '-----END CERTIFICATE-----',
    '\x02\x01',
  ],
  maxBytes: 4_096,
  take(input) {
    const list = parseTnAuthList(input)
    if (list !== undefined)
      promise(list.length <= input.length, 'a list is no longer than what it was read from')
    openCredential(input, [])
  },
}
