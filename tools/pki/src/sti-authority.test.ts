import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createStiAuthority, serializeTnAuthList } from './index.ts'

const dump = (pem: string) =>
  execFileSync('openssl', ['x509', '-noout', '-text'], { input: pem, encoding: 'utf8' })

test('createStiAuthority() issues what OpenSSL accepts as a chain from a signer through a delegate to the root', async () => {
  const root = await createStiAuthority()
  const below = await root.delegate({ name: 'Carrier authority' })
  const { certPem } = await below.issue({ name: 'SHAKEN 709J', numbers: [{ kind: 'spc', code: '709J' }] })
  const folder = mkdtempSync(join(tmpdir(), 'sti-'))
  try {
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const files = ['-CAfile', file('root', root.certPem), '-untrusted', file('below', below.certPem)]
    const said = execFileSync('openssl', ['verify', ...files, file('signer', certPem)], { encoding: 'utf8' })
    assert.match(said, /signer: OK/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('createStiAuthority() puts the TNAuthList where RFC 8226 wants it', async () => {
  const root = await createStiAuthority()
  const { certPem } = await root.issue({ numbers: [{ kind: 'spc', code: '709J' }] })
  assert.match(dump(certPem), /1\.3\.6\.1\.5\.5\.7\.1\.26/)
  const der = new X509Certificate(certPem).raw.toString('hex')
  assert.ok(der.includes('3008a0061604' + Buffer.from('709J').toString('hex')))
})

test('serializeTnAuthList() writes each kind of entry as OpenSSL reads it', () => {
  const der = serializeTnAuthList([
    { kind: 'spc', code: '709J' },
    { kind: 'range', start: '12125550100', count: 200 },
    { kind: 'one', number: '12125551212' },
  ])
  const tree = execFileSync('openssl', ['asn1parse', '-inform', 'DER'], { input: der, encoding: 'utf8' })
  const seen = tree
    .match(/cont \[ \d \]|IA5STRING\s+:\w+|INTEGER\s+:\w+/g)
    ?.map((text) => text.replace(/\s+/g, ' '))
  assert.deepEqual(seen, [
    'cont [ 0 ]',
    'IA5STRING :709J',
    'cont [ 1 ]',
    'IA5STRING :12125550100',
    'INTEGER :C8',
    'cont [ 2 ]',
    'IA5STRING :12125551212',
  ])
})
