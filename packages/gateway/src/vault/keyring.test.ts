import assert from 'node:assert/strict'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { fakeClock, Secret } from '#kernel'
import { VaultError, type VaultErrorCode } from './error.ts'
import { parseKeyring, serializeKeyring } from './keyring-file.ts'
import { createKeyring, openKeyring, rotateKeyring } from './keyring.ts'
import { bench, random } from './test-keys.ts'

const isCode = (code: VaultErrorCode) => (error: unknown) =>
  error instanceof VaultError && error.code === code
const clock = fakeClock()
const context = { kind: 'recording', tenant: 'acme', call: 'call_1', recording: 'rec_1' }

test('createKeyring() writes a file that only its owner may read, and never overwrites one', async () => {
  using at = await bench()
  assert.equal(statSync(at.keyringPath).mode & 0o777, 0o600)
  await assert.rejects(createKeyring(at.keyringPath, { random, clock }), isCode('VAULT_KEYRING_EXISTS'))
})

test('openKeyring() refuses a file that others may read, one that is missing, and one that is no keyring', async () => {
  using at = await bench()
  chmodSync(at.keyringPath, 0o640)
  await assert.rejects(openKeyring(at.keyringPath, { random }), isCode('VAULT_KEYRING_EXPOSED'))
  await assert.rejects(openKeyring(`${at.dir}/none`, { random }), isCode('VAULT_NOT_FOUND'))
  chmodSync(at.keyringPath, 0o600)
  writeFileSync(at.keyringPath, '{}')
  await assert.rejects(openKeyring(at.keyringPath, { random }), isCode('VAULT_KEYRING_INVALID'))
})

test('KeyProvider.unwrap() gives the data key back, after the keyring was opened again too', async () => {
  using at = await bench()
  const { plain, wrapped, keyRef } = at.keys.generateDataKey(context)
  const again = await openKeyring(at.keyringPath, { random })
  assert.equal(keyRef, at.keys.ref)
  assert.deepEqual(again.unwrap(wrapped, keyRef, { ...context }), plain)
})

test('KeyProvider.unwrap() refuses another context, another key, and any change', async () => {
  using at = await bench()
  using other = await bench()
  const { wrapped, keyRef } = at.keys.generateDataKey(context)
  for (const name of Object.keys(context) as (keyof typeof context)[]) {
    assert.throws(
      () => at.keys.unwrap(wrapped, keyRef, { ...context, [name]: 'x' }),
      isCode('VAULT_TAMPERED'),
    )
  }
  assert.throws(() => other.keys.unwrap(wrapped, keyRef, context), isCode('VAULT_KEY_UNKNOWN'))
  assert.throws(() => other.keys.unwrap(wrapped, other.keys.ref, context), isCode('VAULT_TAMPERED'))
  for (let at_ = 0; at_ < wrapped.length; at_++) {
    const forged = wrapped.with(at_, (wrapped[at_] ?? 0) ^ 1)
    assert.throws(() => at.keys.unwrap(forged, keyRef, context), isCode('VAULT_TAMPERED'))
  }
  assert.throws(() => at.keys.unwrap(new Uint8Array(), keyRef, context), isCode('VAULT_TAMPERED'))
})

test('rotateKeyring() wraps with a new key from then on, and what old ones wrapped or sealed still opens', async () => {
  using at = await bench()
  const old = at.keys.generateDataKey(context)
  const field = at.keys.fieldSeal().seal('+4930', 'calls.from 1')
  const rotated = await rotateKeyring(at.keyringPath, { random, clock })
  assert.notEqual(rotated.ref, at.keys.ref)
  assert.equal(rotated.generateDataKey(context).keyRef, rotated.ref)
  assert.deepEqual(rotated.unwrap(old.wrapped, old.keyRef, context), old.plain)
  assert.equal(rotated.fieldSeal().open(field, 'calls.from 1'), '+4930')
  assert.match(rotated.fieldSeal().seal('x', 'y'), /^v1\.2\./)
  assert.deepEqual(rotated.hmacKey('numbers'), at.keys.hmacKey('numbers'))
  assert.throws(
    () => at.keys.fieldSeal().open(rotated.fieldSeal().seal('x', 'y'), 'y'),
    isCode('VAULT_KEY_UNKNOWN'),
  )
})

test('openKeyring() needs the passphrase that sealed it, and no key lies in the file in clear', async () => {
  using at = await bench()
  const path = `${at.dir}/sealed.json`
  const passphrase = new Secret('correct horse battery staple')
  const keys = await createKeyring(path, { random, clock, passphrase })
  await assert.rejects(openKeyring(path, { random }), isCode('VAULT_SEALED'))
  await assert.rejects(openKeyring(path, { random, passphrase: new Secret('wrong') }), isCode('VAULT_SEALED'))
  const opened = await openKeyring(path, { random, passphrase })
  assert.deepEqual(opened.hmacKey('x'), keys.hmacKey('x'))
  const contents = await parseKeyring(readFileSync(path, 'utf8'), passphrase)
  const file = readFileSync(path, 'utf8')
  for (const secret of [contents.hashRoot, ...[...contents.keys.values()].map(({ key }) => key)])
    assert.ok(!file.includes(Buffer.from(secret).toString('base64')))
})

test('parseKeyring() refuses a sealed keyring whose keys changed places', async () => {
  const contents = {
    id: '0123456789abcdef',
    hashRoot: random.bytes(32),
    keys: new Map(
      [1, 2].map((version) => [version, { createdAt: '2026-01-01T00:00:00.000Z', key: random.bytes(32) }]),
    ),
  }
  const passphrase = new Secret('p')
  const text = await serializeKeyring(contents, passphrase, random)
  assert.deepEqual(await parseKeyring(text, passphrase), contents)
  const file = JSON.parse(text) as { hashRoot: string; keys: { key: string }[] }
  const [first, second] = file.keys
  assert.ok(first && second)
  ;[first.key, second.key] = [second.key, first.key]
  await assert.rejects(parseKeyring(JSON.stringify(file), passphrase), isCode('VAULT_SEALED'))
})

test('parseKeyring() undoes serializeKeyring()', async () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const versions = fc.uniqueArray(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(bytes, bytes, versions, async (hashRoot, key, versions) => {
      const keys = new Map(
        versions.map((version) => [version, { createdAt: '2026-01-01T00:00:00.000Z', key }]),
      )
      const contents = { id: 'fedcba9876543210', hashRoot, keys }
      assert.deepEqual(
        await parseKeyring(await serializeKeyring(contents, undefined, random), undefined),
        contents,
      )
    }),
  )
})

test('parseKeyring() rejects with VaultError, whatever the text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
      await assert.rejects(parseKeyring(text, new Secret('p')), isCode('VAULT_KEYRING_INVALID'))
    }),
  )
})

test('KeyProvider.hmacKey() differs by purpose and by keyring', async () => {
  using at = await bench()
  using other = await bench()
  assert.notDeepEqual(at.keys.hmacKey('a'), at.keys.hmacKey('b'))
  assert.notDeepEqual(at.keys.hmacKey('a'), other.keys.hmacKey('a'))
})
