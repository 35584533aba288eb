import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isGenuine, parseManifest, serializeManifest, type Manifest } from './manifest.ts'

const key = new Uint8Array(32).fill(7)
const hash = fc.stringMatching(/^[0-9a-f]{64}$/)
const part = (name: fc.Arbitrary<string>) => fc.record({ name, bytes: fc.nat(), sha256: hash })
const name = fc.stringMatching(/^[a-z0-9_-]{1,20}\.vxb$/)
const base64 = fc
  .uint8Array({ minLength: 1, maxLength: 80 })
  .map((bytes) => Buffer.from(bytes).toString('base64'))
const manifest: fc.Arbitrary<Manifest> = fc.record({
  format: fc.constant('voxkeep-backup' as const),
  version: fc.constant(1 as const),
  id: fc.stringMatching(/^[0-9a-f]{32}$/).map((hex) => `bak_${hex}`),
  at: fc
    .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((at) => at.toISOString()),
  node: fc.stringMatching(/^[a-z0-9-]{1,20}$/),
  migrations: fc.array(fc.stringMatching(/^[a-z0-9-]{1,20}$/), { maxLength: 4 }),
  key: fc.record({
    id: fc.stringMatching(/^tky_[0-9a-f]{32}$/),
    version: fc.integer({ min: 1, max: 1_000 }),
    provider: fc.string({ maxLength: 20 }),
    key: fc.string({ maxLength: 40 }),
    key_ref: fc.string({ maxLength: 40 }),
    wrapped: base64,
    data_key: base64,
  }),
  tables: fc.array(
    fc.record({
      name,
      bytes: fc.nat(),
      sha256: hash,
      table: fc.stringMatching(/^(?:[a-z_]{1,20}\.)?[a-z_]{1,20}$/),
      rows: fc.nat(),
    }),
    { maxLength: 3 },
  ),
  objects: fc.record({ list: part(name), count: fc.nat(), bytes: fc.nat() }),
  lacking: fc.array(fc.stringMatching(/^rec_[0-9a-f]{32}$/), { maxLength: 2 }),
})
const one = fc.sample(manifest, { numRuns: 1, seed: 1 })[0] as Manifest

test('parseManifest() never throws, whatever the bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => void parseManifest(bytes)))
  const text = Buffer.from(serializeManifest(one, key)).toString()
  const cut = fc.tuple(fc.nat({ max: text.length }), fc.string({ maxLength: 5 }))
  fc.assert(
    fc.property(
      cut,
      ([at, more]) => void parseManifest(Buffer.from(text.slice(0, at) + more + text.slice(at + 1))),
    ),
  )
})

test('parseManifest() undoes serializeManifest()', () => {
  fc.assert(
    fc.property(manifest, (written) => {
      const read = parseManifest(serializeManifest(written, key))
      assert.ok(read)
      assert.deepEqual(read.manifest, JSON.parse(JSON.stringify(written))) // without fast-check's bare prototypes
      assert.ok(isGenuine(read, key))
    }),
    { numRuns: 50 },
  )
})

test('isGenuine() is false for any other key, and for anything that was changed in a manifest', () => {
  const bytes = serializeManifest(one, key)
  const read = parseManifest(bytes)
  assert.ok(read)
  assert.equal(isGenuine(read, new Uint8Array(32).fill(8)), false)
  fc.assert(
    fc.property(fc.nat({ max: bytes.length * 8 - 1 }), (bit) => {
      const changed = Uint8Array.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const forged = parseManifest(changed)
      assert.ok(forged === undefined || !isGenuine(forged, key))
    }),
  )
})
