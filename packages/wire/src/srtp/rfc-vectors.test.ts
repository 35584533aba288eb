import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { nodeSrtpCrypto } from '@voxkeep/wire/node'
import { counterMode } from './counter-mode.ts'
import { deriveKey } from './key-derivation.ts'
import { sessionCipher } from './packet-cipher.ts'
import { suiteParameters, type SrtpSuite } from './suite.ts'

const folder = new URL('../../../../spec/vectors/srtp/', import.meta.url)
const load = (name: string): { source: string; cases: unknown[] } =>
  JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex)

interface KeystreamCase {
  readonly name: string
  readonly key: string
  readonly salt: string
  readonly ssrc: number
  readonly index: number
  readonly keystream: { readonly block: number; readonly expected: string }[]
}

for (const file of ['rfc3711-b2-keystream.json', 'rfc6188-7-aes256-keystream.json']) {
  const { source, cases } = load(file)
  for (const { name, key, salt, ssrc, index, keystream } of cases as KeystreamCase[]) {
    test(`counterMode() matches ${source}, ${name}`, () => {
      const crypt = counterMode(nodeSrtpCrypto, bytes(key), bytes(salt))
      for (const { block, expected } of keystream) {
        const start = block * 16
        const zeros = new Uint8Array(start + expected.length / 2)
        const out = new Uint8Array(zeros.length)
        crypt(ssrc, Math.floor(index / 0x10000), index & 0xffff, zeros, out, 0, zeros.length)
        assert.equal(out.subarray(start).toHex(), expected)
      }
    })
  }
}

interface DerivationCase {
  readonly name: string
  readonly masterKey: string
  readonly masterSalt: string
  readonly label: number
  readonly expected: string
}

for (const file of ['rfc3711-b3-key-derivation.json', 'rfc6188-7-aes256-key-derivation.json']) {
  const { source, cases } = load(file)
  for (const { name, masterKey, masterSalt, label, expected } of cases as DerivationCase[]) {
    test(`deriveKey() matches ${source}, ${name}`, () => {
      const length = expected.length / 2
      const key = deriveKey(nodeSrtpCrypto, bytes(masterKey), bytes(masterSalt), label, length)
      assert.equal(key.toHex(), expected)
    })
  }
}

interface GcmCase {
  readonly name: string
  readonly suite: SrtpSuite
  readonly protocol: 'rtp' | 'rtcp'
  readonly sessionKey: string
  readonly sessionSalt: string
  readonly index: number
  readonly encrypted: boolean
  readonly plain: string
  readonly sealed: string
}

const gcm = load('rfc7714-16-17-gcm.json')

for (const vector of gcm.cases as GcmCase[]) {
  const { suite, index, encrypted } = vector
  const keys = {
    key: bytes(vector.sessionKey),
    salt: bytes(vector.sessionSalt),
    authentication: new Uint8Array(0),
  }
  const cipher = sessionCipher(
    nodeSrtpCrypto,
    suiteParameters[suite],
    { rtp: keys, rtcp: keys },
    new Uint8Array(0),
  )
  const plain = bytes(vector.plain)
  const ssrc = new DataView(plain.buffer).getUint32(vector.protocol === 'rtp' ? 8 : 4)
  const header = { bytes: 12, ssrc, sequence: index }
  const open = (sealed: Uint8Array): number =>
    vector.protocol === 'rtp'
      ? cipher.openRtp(sealed, header, 0)
      : cipher.openRtcp(sealed, ssrc, index, encrypted)

  if (vector.protocol === 'rtcp' || encrypted) {
    test(`gcmCipher() opens ${gcm.source}, ${vector.name}`, () => {
      const sealed = bytes(vector.sealed)
      assert.equal(sealed.subarray(0, open(sealed)).toHex(), vector.plain)
    })
  } else {
    test(`gcmCipher() refuses unencrypted SRTP of ${gcm.source}, ${vector.name}`, () => {
      const sealed = bytes(vector.sealed)
      assert.equal(open(sealed), -1)
      assert.equal(sealed.toHex(), vector.sealed)
    })
  }
  if (encrypted) {
    test(`gcmCipher() seals ${gcm.source}, ${vector.name}`, () => {
      const out = new Uint8Array(plain.length + 20)
      const length =
        vector.protocol === 'rtp'
          ? cipher.sealRtp(plain, out, header, 0)
          : cipher.sealRtcp(plain, out, ssrc, index)
      assert.equal(out.subarray(0, length).toHex(), vector.sealed)
    })
  }
}
