import assert from 'node:assert/strict'
import {
  chmodSync,
  closeSync,
  linkSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { fakeClock, Secret, type FakeClock, type TenantId } from '#kernel'
import type { KeyContext, KeyProvider } from './contract.ts'
import { random } from './fake-provider.ts'
import { newKeyringLock, parseKeyring, serializeKeyring, type Keyring } from './keyring-file.ts'
import { createKeyring, openKeyring } from './keyring.ts'
import { isCode } from './test-tenants.ts'

const context: KeyContext = { tenant: 'acme' as TenantId, purpose: 'audio', object: 'tky_1' }

interface Bench extends AsyncDisposable {
  readonly path: string
  readonly clock: FakeClock
  readonly keys: KeyProvider
  again(passphrase?: Secret<string>): Promise<KeyProvider>
  /** Changes the file as its owner would, with an editor. */
  edit(change: (text: string) => string): void
}

async function bench(passphrase?: Secret<string>): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-keyring-'))
  const path = join(dir, 'keyring.json')
  const clock = fakeClock()
  await createKeyring(path, { random, passphrase })
  const again = (given = passphrase) => openKeyring(path, { random, clock, passphrase: given })
  const keys = await again()
  return {
    path,
    clock,
    keys,
    again,
    edit: (change) => writeFileSync(path, change(readFileSync(path, 'utf8'))),
    async [Symbol.asyncDispose]() {
      await keys[Symbol.asyncDispose]()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

test('createKeyring() writes a file that only its owner may read, and never overwrites one', async () => {
  await using at = await bench()
  assert.equal(statSync(at.path).mode & 0o777, 0o600)
  await assert.rejects(createKeyring(at.path, { random }), isCode('KEYRING_EXISTS'))
})

test('openKeyring() refuses a file that others may read, one that is missing, and one that is no keyring', async () => {
  await using at = await bench()
  chmodSync(at.path, 0o640)
  await assert.rejects(at.again(), isCode('KEYRING_EXPOSED'))
  await assert.rejects(
    openKeyring(`${at.path}.none`, { random, clock: at.clock }),
    isCode('KEYRING_NOT_FOUND'),
  )
  chmodSync(at.path, 0o600)
  writeFileSync(at.path, '{}')
  await assert.rejects(at.again(), isCode('KEYRING_INVALID'))
})

test('KeyProvider.ensureKey() has a key in the file before it is used, and makes none twice', async () => {
  await using at = await bench()
  await at.keys.ensureKey('voxkeep-acme')
  const { wrapped, keyRef, plain } = await at.keys.generateDataKey('voxkeep-acme', context)
  await at.keys.ensureKey('voxkeep-acme')
  await using again = await at.again()
  assert.deepEqual(await again.unwrap({ wrapped, keyRef }, { ...context }), plain)
  assert.equal(statSync(at.path).mode & 0o777, 0o600)
  await assert.rejects(at.keys.ensureKey('a:b'), isCode('KEY_UNKNOWN'))
})

test('KeyProvider.unwrap() refuses another context, another key, and any change', async () => {
  await using at = await bench()
  await using other = await bench()
  for (const one of [at, other]) await one.keys.ensureKey('k')
  await at.keys.ensureKey('l')
  const { wrapped, keyRef } = await at.keys.wrap('k', random.bytes(32), context)
  for (const name of Object.keys(context))
    await assert.rejects(
      at.keys.unwrap({ wrapped, keyRef }, { ...context, [name]: 'x' }),
      isCode('KEY_TAMPERED'),
    )
  await assert.rejects(other.keys.unwrap({ wrapped, keyRef }, context), isCode('KEY_UNKNOWN'))
  const under = (ref: string) => at.keys.unwrap({ wrapped, keyRef: ref }, context)
  await assert.rejects(under(keyRef.replace(':k:', ':l:')), isCode('KEY_TAMPERED'))
  await assert.rejects(under(keyRef.replace(':k:', ':m:')), isCode('KEY_UNKNOWN'))
  await assert.rejects(under(keyRef.replace(/1$/, '2')), isCode('KEY_UNKNOWN'))
  for (let byte = 0; byte < wrapped.length; byte++) {
    const forged = wrapped.with(byte, (wrapped[byte] ?? 0) ^ 1)
    await assert.rejects(at.keys.unwrap({ wrapped: forged, keyRef }, context), isCode('KEY_TAMPERED'))
  }
  await assert.rejects(at.keys.unwrap({ wrapped: new Uint8Array(), keyRef }, context), isCode('KEY_TAMPERED'))
})

test('KeyProvider.rotate() wraps with a new version from then on; rewrap() puts under it what the old one wrapped', async () => {
  await using at = await bench()
  await at.keys.ensureKey('k')
  const old = await at.keys.generateDataKey('k', context)
  const { keyRef } = await at.keys.rotate('k')
  assert.notEqual(keyRef, old.keyRef)
  assert.equal((await at.keys.generateDataKey('k', context)).keyRef, keyRef)
  assert.deepEqual(await at.keys.unwrap(old, context), old.plain)
  const again = await at.keys.rewrap(old, context)
  assert.equal(again.keyRef, keyRef)
  assert.deepEqual(await at.keys.unwrap(again, context), old.plain)
  assert.equal((await at.keys.describe('k')).keyRef, keyRef)
})

test('KeyProvider follows the file at once: a key that its owner disables or takes out is refused, and the others are not', async () => {
  await using at = await bench()
  for (const key of ['k', 'l']) await at.keys.ensureKey(key)
  const [mine, theirs] = [
    await at.keys.generateDataKey('k', context),
    await at.keys.generateDataKey('l', context),
  ]
  at.edit((text) => text.replace('"enabled"', '"disabled"'))
  await assert.rejects(at.keys.unwrap(mine, context), isCode('KEY_REFUSED'))
  assert.equal((await at.keys.describe('k')).state, 'disabled')
  assert.deepEqual(await at.keys.unwrap(theirs, context), theirs.plain)
  at.edit((text) => text.replace('"disabled"', '"enabled"'))
  assert.deepEqual(await at.keys.unwrap(mine, context), mine.plain)
  at.edit((text) => text.replace('"name": "k"', '"name": "elsewhere"'))
  await assert.rejects(at.keys.unwrap(mine, context), isCode('KEY_UNKNOWN'))
})

test('KeyProvider cannot be asked while its file is away or spoilt, and goes on when it is back', async () => {
  await using at = await bench()
  await at.keys.ensureKey('k')
  const mine = await at.keys.generateDataKey('k', context)
  renameSync(at.path, `${at.path}.away`)
  await assert.rejects(at.keys.unwrap(mine, context), isCode('KEY_UNAVAILABLE'))
  renameSync(`${at.path}.away`, at.path)
  assert.deepEqual(await at.keys.unwrap(mine, context), mine.plain)
  const good = readFileSync(at.path, 'utf8')
  at.edit((text) => text.slice(0, 100))
  await assert.rejects(at.keys.unwrap(mine, context), isCode('KEY_UNAVAILABLE'))
  at.edit(() => good)
  assert.deepEqual(await at.keys.unwrap(mine, context), mine.plain)
})

test('KeyProvider.scheduleDestroy() refuses the key at once, and takes its material out of the file when it is due', async () => {
  await using at = await bench()
  await at.keys.ensureKey('k')
  const mine = await at.keys.generateDataKey('k', context)
  const material = () => /"key": "([^"]+)"/.exec(readFileSync(at.path, 'utf8'))?.[1]
  const before = material()
  assert.ok(before)
  using old = heldOpen(at.path) // as the blocks of a file lie on that nobody names any more
  const due = await at.keys.scheduleDestroy('k', 5_000)
  assert.equal(due.getTime(), at.clock.now() + 5_000)
  assert.equal(material(), before)
  assert.deepEqual(await at.keys.describe('k').then(({ state, destroyAt }) => [state, destroyAt]), [
    'destroying',
    due,
  ])
  await assert.rejects(at.keys.unwrap(mine, context), isCode('KEY_REFUSED'))
  at.clock.advance(5_000)
  assert.equal((await at.keys.describe('k')).state, 'destroyed')
  assert.equal(material(), undefined)
  assert.match(readFileSync(old.fd, 'utf8'), /^\0+$/)
  await assert.rejects(at.keys.ensureKey('k'), isCode('KEY_REFUSED'))
  await assert.rejects(at.keys.rotate('k'), isCode('KEY_REFUSED'))
})

function heldOpen(path: string): Disposable & { readonly fd: number } {
  const fd = openSync(path, 'r')
  return { fd, [Symbol.dispose]: () => closeSync(fd) }
}

test('KeyProvider leaves a copy alone that somebody made of its file, also one that is a hard link', async () => {
  await using at = await bench()
  await at.keys.ensureKey('k')
  linkSync(at.path, `${at.path}.copy`)
  const copied = readFileSync(at.path, 'utf8')
  await at.keys.rotate('k')
  assert.equal(readFileSync(`${at.path}.copy`, 'utf8'), copied)
})

test('openKeyring() destroys what fell due while nothing ran', async () => {
  await using at = await bench()
  await at.keys.ensureKey('k')
  await at.keys.scheduleDestroy('k', 5_000)
  await at.keys[Symbol.asyncDispose]()
  at.clock.advance(10_000)
  await using again = await at.again()
  assert.equal((await again.describe('k')).state, 'destroyed')
  assert.ok(!readFileSync(at.path, 'utf8').includes('"version": 1,\n          "createdAt"'))
})

test('openKeyring() needs the passphrase that sealed it, and no key lies in the file in clear', async () => {
  const passphrase = new Secret('correct horse battery staple')
  await using at = await bench(passphrase)
  await assert.rejects(openKeyring(at.path, { random, clock: at.clock }), isCode('KEYRING_SEALED'))
  await assert.rejects(at.again(new Secret('wrong')), isCode('KEYRING_SEALED'))
  await at.keys.ensureKey('k')
  const mine = await at.keys.generateDataKey('k', context)
  await using again = await at.again()
  assert.deepEqual(await again.unwrap(mine, context), mine.plain)
  const text = readFileSync(at.path, 'utf8')
  const { ring } = await parseKeyring(text, passphrase)
  const roots = [...ring.keys.values()].flatMap(({ versions }) =>
    [...versions.values()].map(({ root }) => root),
  )
  assert.equal(roots.length, 1)
  for (const root of roots) assert.ok(!text.includes(Buffer.from(root).toString('base64')))
})

test('openKeyring() refuses a keyring in clear where one that a passphrase seals is meant', async () => {
  await using at = await bench()
  await assert.rejects(at.again(new Secret('p')), isCode('KEYRING_EXPOSED'))
})

test('parseKeyring() refuses a sealed keyring whose keys changed places', async () => {
  const at = '2026-01-01T00:00:00.000Z'
  const version = () => new Map([[1, { createdAt: at, root: random.bytes(32) }]])
  const key = () => ({ state: 'enabled', destroyAt: null, versions: version() }) as const
  const ring: Keyring = {
    id: '0123456789abcdef',
    keys: new Map([
      ['a', key()],
      ['b', key()],
    ]),
  }
  const passphrase = new Secret('p')
  const lock = await newKeyringLock(ring.id, passphrase, random)
  const text = serializeKeyring(ring, lock, random)
  assert.deepEqual((await parseKeyring(text, passphrase, lock)).ring, ring)
  const swapped = text.replace('"a"', '"?"').replace('"b"', '"a"').replace('"?"', '"b"')
  await assert.rejects(parseKeyring(swapped, passphrase, lock), isCode('KEYRING_SEALED'))
})

const rings: fc.Arbitrary<Keyring> = fc
  .uniqueArray(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_./-]{0,20}$/), { maxLength: 4 })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc.record({
          name: fc.constant(name),
          state: fc.constantFrom('enabled', 'disabled', 'destroying', 'destroyed'),
          destroyAt: fc.constantFrom(null, '2026-01-01T00:00:00.000Z'),
          versions: fc.uniqueArray(fc.integer({ min: 1, max: 1e6 }), { maxLength: 3 }),
          root: fc.uint8Array({ minLength: 32, maxLength: 32 }),
        }),
      ),
    ),
  )
  .map((keys) => ({
    id: 'fedcba9876543210',
    keys: new Map(
      keys.map(({ name, versions, root, ...rest }) => [
        name,
        {
          ...rest,
          versions: new Map(
            versions.map((version) => [
              version,
              { createdAt: '2026-01-01T00:00:00.000Z', root: new Uint8Array(root) },
            ]),
          ),
        },
      ]),
    ),
  }))

test('parseKeyring() undoes serializeKeyring()', async () => {
  await fc.assert(
    fc.asyncProperty(rings, async (ring) => {
      assert.deepEqual((await parseKeyring(serializeKeyring(ring, undefined, random), undefined)).ring, ring)
    }),
  )
})

test('parseKeyring() rejects with KeyError, whatever the text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
      await assert.rejects(parseKeyring(text, new Secret('p')), isCode('KEYRING_INVALID'))
    }),
  )
})
