import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { DigestHash } from '@voxkeep/wire/sip'
import * as fc from 'fast-check'
import { parseConfig, Secret, type TrunkConfig } from '#kernel'
import { candidateTrunks, compileTrunk, inRanges, requiredProofs, type Trunk } from './trunk.ts'

const digestHash = (algorithm: DigestHash['algorithm']): DigestHash => ({
  algorithm,
  hash: (text) =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex'),
})

function trunk(id: string, rest: Partial<TrunkConfig>): Trunk {
  const config: TrunkConfig = {
    id,
    app: 'app',
    tenant: 'default',
    allowedAddresses: [],
    srtp: { suites: ['AES_CM_128_HMAC_SHA1_80'], allowAvpWithCrypto: false },
    maxCalls: 10,
    ...rest,
  }
  return compileTrunk(config, { readSecret: () => new Secret('open sesame'), digestHash })
}

const digest = { realm: 'voxkeep', username: 'alice', password: 'env:P', allowMd5: false }
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
    trunk('anyone', { digest }),
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

test('compileTrunk() keeps no password and offers MD5 only when told to', () => {
  const compiled = trunk('a', { digest })
  assert.deepEqual(
    compiled.digest?.credentials.map(({ hash }) => hash.algorithm),
    ['SHA-256'],
  )
  const md5 = trunk('a', { digest: { ...digest, allowMd5: true } })
  assert.deepEqual(
    md5.digest?.credentials.map(({ hash }) => hash.algorithm),
    ['SHA-256', 'MD5'],
  )
  assert.doesNotMatch(JSON.stringify(md5), /sesame/)
})

test('compileTrunk() refuses a range that is none', () => {
  assert.throws(() => trunk('a', { allowedAddresses: ['10.0.0.0/99'] }))
  assert.throws(() => trunk('a', { allowedAddresses: ['ten'] }))
})

test('inRanges() never throws, whatever the text', () => {
  const { ranges } = trunk('a', { allowedAddresses: ['10.0.0.0/8', '2001:db8::/32'] })
  fc.assert(fc.property(fc.string(), (text) => assert.equal(inRanges(text, ranges), false)))
})

test('parseConfig() gives a trunk that compileTrunk() takes', () => {
  const config = parseConfig(
    `{dataDir: /d, sip: {listen: [{tls: {certFile: c, keyFile: k}}]}, trunks: [{id: t, app: a, allowedAddresses: ["10.0.0.1"]}],
      apps: [{id: a, webhook: {url: "https://a.example", secrets: ["env:S"]}}]}`,
    'inline',
  )
  const [first] = config.trunks
  assert.ok(first)
  assert.equal(compileTrunk(first, { readSecret: () => new Secret(''), digestHash }).id, 't')
})
