import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { DigestHash } from '@voxkeep/wire/sip'
import * as fc from 'fast-check'
import { parseConfig, Secret } from '#kernel'
import { candidateTrunks, compileTrunk, inRanges, requiredProofs, type Trunk } from './trunk.ts'

const opensslNames = { 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256', MD5: 'md5' } as const
const digestHash = (algorithm: DigestHash['algorithm']): DigestHash => ({
  algorithm,
  hash: (text) => createHash(opensslNames[algorithm]).update(text).digest('hex'),
})

/** What the parser makes of a trunk's settings. */
function trunk(id: string, rest: object): Trunk {
  const settings = JSON.stringify([{ id, app: 'a', allowedAddresses: ['192.0.2.99'], ...rest }])
  const { trunks } = parseConfig(
    `{dataDir: /d, sip: {listen: [{tls: {certFile: c, keyFile: k}}]}, trunks: ${settings},
      apps: [{id: a, webhook: {url: "https://a.example", secrets: ["env:S"]}}]}`,
    'inline',
  )
  const [config] = trunks
  assert.ok(config)
  return compileTrunk(config, { readSecret: () => new Secret('open sesame'), digestHash })
}

const digest = { username: 'alice', password: 'env:P' }
const ids = (trunks: readonly Trunk[]) => trunks.map(({ id }) => id)

test('candidateTrunks() finds a trunk by its addresses', () => {
  const trunks = [trunk('a', { allowedAddresses: ['192.0.2.0/24', '2001:db8::/32'] })]
  const match = (address: string) => ids(candidateTrunks(trunks, { address, certificateNames: [] }))
  assert.deepEqual(match('192.0.2.200'), ['a'])
  assert.deepEqual(match('::ffff:192.0.2.200'), ['a'])
  assert.deepEqual(match('2001:db8::1'), ['a'])
  assert.deepEqual(match('192.0.3.1'), [])
  assert.deepEqual(match('2001:db9::1'), [])
  assert.deepEqual(match('not an address'), [])
})

test('candidateTrunks() wants everything that a trunk asks for', () => {
  const trunks = [trunk('a', { allowedAddresses: ['192.0.2.1'], clientCertificateName: 'SBC.example' })]
  const match = (address: string, ...certificateNames: string[]) =>
    ids(candidateTrunks(trunks, { address, certificateNames }))
  assert.deepEqual(match('192.0.2.1', 'other.example', 'sbc.example'), ['a'])
  assert.deepEqual(match('192.0.2.1'), [])
  assert.deepEqual(match('192.0.2.2', 'sbc.example'), [])
})

test('candidateTrunks() puts the trunk that asks for most first, then the narrowest range', () => {
  const trunks = [
    trunk('wide', { allowedAddresses: ['10.0.0.0/8'] }),
    trunk('narrow', { allowedAddresses: ['10.1.0.0/16'] }),
    trunk('anyone', { allowedAddresses: [], digest }),
    trunk('both', { allowedAddresses: ['10.0.0.0/8'], digest }),
  ]
  const found = ids(candidateTrunks(trunks, { address: '10.1.2.3', certificateNames: [] }))
  assert.deepEqual(found, ['both', 'narrow', 'wide', 'anyone'])
})

test('requiredProofs() names what a trunk asks for', () => {
  assert.deepEqual(
    requiredProofs(trunk('a', { allowedAddresses: ['10.0.0.1'], clientCertificateName: 'x', digest })),
    ['address', 'certificate', 'digest'],
  )
})

test('compileTrunk() keeps no password, and challenges by the algorithms and in the order that it is told', () => {
  const algorithmsOf = (rest: object) =>
    trunk('a', { digest: { ...digest, ...rest } }).digest?.credentials.map(({ hash }) => hash.algorithm)
  assert.deepEqual(algorithmsOf({}), ['SHA-256'])
  assert.deepEqual(algorithmsOf({ algorithms: ['MD5'] }), ['MD5'])
  const three = ['SHA-512-256', 'MD5', 'SHA-256']
  assert.deepEqual(algorithmsOf({ algorithms: three }), three)
  assert.doesNotMatch(JSON.stringify(trunk('a', { digest: { ...digest, algorithms: ['MD5'] } })), /sesame/)
})

const carrier = { host: 'SBC.Carrier.example', digest: { username: 'us', password: 'env:P', realm: 'r' } }

test('compileTrunk() has the peer’s certificate carry the name that is dialled, unless another is given', () => {
  const names = (outbound: object) => {
    const { host, serverName, domain } = trunk('a', { outbound }).outbound ?? assert.fail()
    return [host, serverName, domain]
  }
  assert.deepEqual(names(carrier), ['sbc.carrier.example', 'sbc.carrier.example', 'sbc.carrier.example'])
  assert.deepEqual(names({ host: '192.0.2.7', serverName: 'SIP:Carrier.example', domain: 'us.example' }), [
    '192.0.2.7',
    'carrier.example',
    'us.example',
  ])
  assert.deepEqual(names({ host: '[2001:DB8::1]' }), ['2001:db8::1', '2001:db8::1', '[2001:db8::1]'])
})

test('compileTrunk() keeps the password that we give as a secret', () => {
  const compiled = trunk('a', { outbound: carrier })
  assert.equal(compiled.outbound?.digest?.password.reveal(), 'open sesame')
  assert.deepEqual([compiled.outbound.digest.username, compiled.outbound.digest.realm], ['us', 'r'])
  assert.doesNotMatch(JSON.stringify(compiled), /sesame/)
  assert.equal(trunk('a', {}).outbound, undefined)
})

test('compileTrunk() refuses a range that is none', () => {
  assert.throws(() => trunk('a', { allowedAddresses: ['10.0.0.0/99'] }))
  assert.throws(() => trunk('a', { allowedAddresses: ['ten'] }))
})

test('inRanges() never throws, whatever the text', () => {
  const { ranges } = trunk('a', { allowedAddresses: ['10.0.0.0/8', '2001:db8::/32'] })
  fc.assert(fc.property(fc.string(), (text) => assert.equal(inRanges(text, ranges), false)))
})

test('compileTrunk() follows passwords that change, and hashes them once', () => {
  const { trunks } = parseConfig(
    JSON.stringify({
      dataDir: '/d',
      sip: { listen: [{ tls: { certFile: 'c', keyFile: 'k' } }] },
      apps: [{ id: 'a', webhook: { url: 'https://a.example', secrets: ['env:S'] } }],
      trunks: [{ id: 't', app: 'a', digest, outbound: { host: 'sip.example', digest } }],
    }),
    'inline',
  )
  const [config] = trunks
  assert.ok(config)
  let password = new Secret('first')
  const compiled = compileTrunk(config, { readSecret: () => password, digestHash })
  const ha1 = () => compiled.digest?.credentials[0]?.ha1
  const before = ha1()
  assert.equal(ha1(), before)
  password = new Secret('second')
  assert.notEqual(ha1()?.reveal(), before?.reveal())
  assert.equal(compiled.outbound?.digest?.password.reveal(), 'second')
})
