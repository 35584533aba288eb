import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { anyText, keyName, someHash, someSize } from './arbitraries.ts'
import { parseCheckpoint, serializeCheckpoint } from './checkpoint.ts'
import { cosignatureMessage, subtreeMessage } from './cosigned-message.ts'
import { judgeCheckpoint } from './policy.ts'
import { openCheckpoint, signCheckpoint } from './signed-checkpoint.ts'
import { signer } from './signer.ts'
import { parseNote, serializeNote } from './note.ts'
import { parseVerifierKey, type SignatureKind } from './verifier-key.ts'

const seed = (n: number) => new Uint8Array(32).fill(n)
const origin = 'example.com/log'
const root = new Uint8Array(32).fill(5)
const checkpoint = { origin, size: 42, root }
const own = [signer(origin, 'ed25519', seed(1)), signer(origin, 'ml-dsa-44', seed(2))]
const keys = own.map(({ key }) => key)
const note = signCheckpoint(checkpoint, own, 1_700_000_000)
const witness = (n: number, kind: SignatureKind = 'ed25519-cosignature') =>
  signer(`witness.example/w${n}`, kind, seed(10 + n))

/** Adds a witness's signature. */
function cosign(text: string, by: ReturnType<typeof witness>): string {
  const parsed = parseNote(text)
  assert.ok(parsed)
  return serializeNote({ ...parsed, signatures: [...parsed.signatures, by.sign(parsed.text, 1_700_000_001)] })
}

test('a verifier key reads back, and its id covers name, kind and key', () => {
  for (const key of [...keys, witness(1).key]) {
    const read = parseVerifierKey(key.text)
    assert.deepEqual(
      [read?.name, read?.kind, read?.keyId, read?.text],
      [key.name, key.kind, key.keyId, key.text],
    )
    assert.equal(parseVerifierKey(key.text.replace('example', 'exbmple')), undefined)
    assert.equal(parseVerifierKey(`${key.text}A`), undefined)
  }
  assert.notEqual(
    signer(origin, 'ed25519', seed(1)).key.keyId,
    signer(origin, 'ed25519-cosignature', seed(1)).key.keyId,
  )
})

test('parseVerifierKey() reads the key of Go’s sumdb', () => {
  const sumdb = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8'
  assert.deepEqual(
    [parseVerifierKey(sumdb)?.name, parseVerifierKey(sumdb)?.kind],
    ['sum.golang.org', 'ed25519'],
  )
})

test('parseVerifierKey() never throws, whatever the text', () => {
  fc.assert(fc.property(anyText, (text) => assert.equal(parseVerifierKey(text), undefined)))
})

test('openCheckpoint() reads what signCheckpoint() signed, with the time of the kind that carries one', () => {
  const opened = openCheckpoint(note, keys)
  assert.ok(opened.ok)
  assert.deepEqual(opened.checkpoint, checkpoint)
  assert.deepEqual(
    opened.by.map(({ key, timeS }) => [key.kind, timeS]),
    [
      ['ed25519', 0],
      ['ml-dsa-44', 1_700_000_000],
    ],
  )
})

test('openCheckpoint() ignores signatures of unknown keys, and believes nothing when all are unknown', () => {
  const cosigned = cosign(note, witness(1))
  assert.equal(openCheckpoint(cosigned, keys).ok, true)
  assert.deepEqual(openCheckpoint(cosigned, [witness(2).key]), { ok: false, why: 'unsigned' })
})

test('openCheckpoint() checks one signature of each key, however often it is there', () => {
  const parsed = parseNote(note)
  assert.ok(parsed)
  const again = serializeNote({ ...parsed, signatures: Array(20).fill(parsed.signatures).flat() })
  let checked = 0
  const counting = keys.map((key) => ({
    ...key,
    verify: (...o: Parameters<typeof key.verify>) => (checked++, key.verify(...o)),
  }))
  const opened = openCheckpoint(again, counting)
  assert.deepEqual([opened.ok && opened.by.length, checked], [2, 2])
})

test('openCheckpoint() finds any flipped bit of a checkpoint that its keys cover', () => {
  const bytes = Buffer.from(cosign(note, witness(1)))
  const all = [...keys, witness(1).key]
  const least = openCheckpoint(bytes.toString(), all)
  assert.ok(least.ok && least.by.length === 3)
  // Of the long signature every eleventh byte: a verification takes a tenth of a millisecond.
  for (let at = 0; at < bytes.length; at += at > 400 && at < bytes.length - 400 ? 11 : 1) {
    const flipped = Buffer.from(bytes)
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
    const opened = openCheckpoint(flipped.toString('utf8'), all)
    // A key id or name may turn into one that nobody knows: then that signature is missing, and only that.
    assert.ok(!opened.ok || opened.by.length < 3, `bit of byte ${at}`)
    if (opened.ok) assert.deepEqual(opened.checkpoint, checkpoint)
  }
})

test('judgeCheckpoint() demands every kind of key that one knows of the log', () => {
  assert.equal(judgeCheckpoint(note, { log: keys }).ok, true)
  const half = signCheckpoint(checkpoint, own.slice(0, 1), 1)
  assert.deepEqual(judgeCheckpoint(half, { log: keys }), { ok: false, why: 'unsigned' })
  assert.equal(judgeCheckpoint(half, { log: keys.slice(0, 1) }).ok, true)
  const later = [signer(origin, 'ed25519', seed(3)), signer(origin, 'ml-dsa-44', seed(4))]
  assert.equal(judgeCheckpoint(note, { log: [...keys, ...later.map(({ key }) => key)] }).ok, true)
})

test('judgeCheckpoint() refuses another log’s checkpoint, though its signature fits', () => {
  const other = signCheckpoint({ ...checkpoint, origin: 'example.com/other' }, own.slice(0, 1), 1)
  assert.deepEqual(judgeCheckpoint(other, { log: keys.slice(0, 1) }), { ok: false, why: 'origin' })
})

test('judgeCheckpoint() counts witnesses by name', () => {
  const twice = cosign(cosign(note, witness(1)), witness(1, 'ml-dsa-44'))
  const witnesses = [witness(1).key, witness(1, 'ml-dsa-44').key, witness(2).key]
  assert.equal(judgeCheckpoint(twice, { log: keys, witnesses, quorum: 1 }).ok, true)
  assert.deepEqual(judgeCheckpoint(twice, { log: keys, witnesses, quorum: 2 }), { ok: false, why: 'quorum' })
  assert.equal(judgeCheckpoint(cosign(twice, witness(2)), { log: keys, witnesses, quorum: 2 }).ok, true)
})

test('cosignatures cover what C2SP tlog-cosignature says', () => {
  const text = serializeCheckpoint(checkpoint)
  assert.equal(Buffer.from(cosignatureMessage(text, 7)).toString(), `cosignature/v1\ntime 7\n${text}`)
  const message = Buffer.from(subtreeMessage('w', { origin: 'o', size: 3, root }, 7)).toString('hex')
  const expected = [
    Buffer.from('subtree/v1\n\0').toString('hex'),
    '0177',
    '0000000000000007',
    '016f',
    '0000000000000000',
    '0000000000000003',
    '05'.repeat(32),
  ]
  assert.equal(message, expected.join(''))
})

test('signer() refuses to sign as a cosigner what is no checkpoint', () => {
  assert.throws(() => own[1]?.sign('hello\n', 1), RangeError)
  assert.throws(() => signer('a b', 'ed25519', seed(1)), RangeError)
  assert.throws(() => signer('a', 'ed25519', new Uint8Array(31)), RangeError)
})

test('parseCheckpoint() refuses extensions, leading zeros and other spellings', () => {
  const text = serializeCheckpoint(checkpoint)
  const wrong = [
    `${text}more\n`,
    text.replace('42', '042'),
    text.replace('42', '-42'),
    text.replace('42', '9007199254740993'),
    text.replace('BQUF', 'BQ'),
    text.slice(0, -1),
    text.replace(origin, ''),
    text.replace(origin, 'a'.repeat(256)),
  ]
  for (const one of wrong) assert.equal(parseCheckpoint(one), undefined, one)
})

test('parseCheckpoint() never throws, and undoes serializeCheckpoint()', () => {
  fc.assert(fc.property(anyText, (text) => void parseCheckpoint(text)))
  fc.assert(fc.property(anyText, (text) => assert.equal(openCheckpoint(text, keys).ok, false)))
  fc.assert(
    fc.property(keyName, someSize, someHash, (origin, size, root) => {
      assert.deepEqual(parseCheckpoint(serializeCheckpoint({ origin, size, root })), { origin, size, root })
    }),
  )
})
