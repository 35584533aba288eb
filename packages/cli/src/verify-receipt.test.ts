import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import canonicalize from 'canonicalize'
import * as fc from 'fast-check'
import {
  leafHash,
  parseVerifierKey,
  serializeSignature,
  serializeTlogProof,
  signCheckpoint,
  signer,
} from '@voxkeep/tlog'
import { verifyReceipt } from './verify-receipt.ts'

interface Vector {
  readonly name: string
  readonly receipt: string
  readonly keys: readonly string[]
  readonly ok: boolean
}

const file = join(import.meta.dirname, '../../../spec/vectors/receipt/receipt.json')
const { source, cases } = JSON.parse(await readFile(file, 'utf8')) as {
  source: string
  cases: readonly Vector[]
}
const [whole, unproved] = cases
const keysOf = ({ keys }: Vector) => keys.map(parseVerifierKey).filter((key) => key !== undefined)

const [acme, globex] = ['gw/audit/acme', 'gw/audit/globex'].map((name, n) =>
  signer(name, 'ed25519', new Uint8Array(32).fill(n + 1)),
)
const canonical = (value: object) => canonicalize(value) ?? ''

/** A receipt of acme's that is in the log of `of`. */
function receiptIn(of: typeof acme): string {
  assert.ok(acme && of)
  const body = { type: 'voxkeep-call-receipt', version: 1, call: {}, durationMs: 1_000_000_000_000 }
  const commits = createHash('sha256').update(canonical(body)).digest('hex')
  const leaf = Buffer.from(canonical({ type: 'call.ended', fields: { receipt: commits } }))
  const root = leafHash(leaf)
  const log = { origin: acme.key.name, index: 0, entryHash: Buffer.from(root).toString('hex'), commits }
  const content = { ...body, log, keys: [acme.key.text] }
  const signatures = [serializeSignature(acme.sign(`${canonical(content)}\n`, 0)).trimEnd()]
  const checkpoint = signCheckpoint({ origin: of.key.name, size: 1, root }, [of], 0)
  const proof = serializeTlogProof({ extra: leaf, index: 0, proof: [], checkpoint })
  return canonical({ ...content, signatures, proof })
}

describe('verifyReceipt()', () => {
  test('takes no proof of another log, though its key is trusted as well', () => {
    assert.ok(acme && globex)
    const trusted = [acme.key, globex.key]
    assert.equal(verifyReceipt(receiptIn(acme), trusted).ok, true)
    assert.deepEqual(verifyReceipt(receiptIn(globex), trusted).checks.at(-1), {
      what: 'log',
      result: 'failed',
      detail: 'its proof is of another log',
    })
  })

  test('refuses a receipt that makes room to say a thing twice by a number’s other spelling', () => {
    assert.ok(acme)
    const text = receiptIn(acme)
    const twice = text
      .replace('"durationMs":1000000000000', '"durationMs":1234,"durationMs":1e12')
      .replace('1234', '1')
    for (const filler of ['', '0', '00', '000', '0000'])
      assert.equal(verifyReceipt(twice.replace(':1,', `:1${filler},`), [acme.key]).ok, false)
  })

  for (const vector of cases)
    test(`agrees with ${source}: ${vector.name}`, () => {
      assert.equal(verifyReceipt(vector.receipt, keysOf(vector)).ok, vector.ok)
    })

  test('finds any bit of a receipt that was flipped', () => {
    assert.ok(whole)
    const bytes = Buffer.from(whole.receipt)
    for (let bit = 0; bit < bytes.length * 8; bit += 61) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      assert.equal(
        verifyReceipt(changed.toString()).ok,
        false,
        `bit ${bit}: ${changed.toString().slice(bit / 8 - 40, bit / 8 + 10)}`,
      )
    }
  })

  test('does not mind how the JSON is laid out', () => {
    assert.ok(whole)
    const laidOut = JSON.stringify(JSON.parse(whole.receipt), undefined, 2)
    assert.equal(verifyReceipt(laidOut, keysOf(whole)).ok, true)
  })

  test('refuses a receipt that says a thing twice', () => {
    assert.ok(whole)
    const twice = whole.receipt.replace('"version":1', '"version":1,"version":1')
    assert.deepEqual(
      verifyReceipt(twice).checks.map(({ result }) => result),
      ['failed'],
    )
  })

  test('refuses a receipt of somebody else’s key', () => {
    assert.ok(whole)
    const stranger = signer('voxkeep.example/audit/acme', 'ed25519', new Uint8Array(32).fill(9)).key
    const report = verifyReceipt(whole.receipt, [stranger])
    assert.equal(report.ok, false)
    assert.equal(report.checks.find(({ what }) => what === 'key')?.result, 'failed')
  })

  test('says what it could not check: whose key it is, and a receipt that has no proof yet', () => {
    assert.ok(unproved)
    const { ok, checks } = verifyReceipt(unproved.receipt)
    assert.equal(ok, true)
    assert.deepEqual(
      checks.filter(({ result }) => result === 'unknown').map(({ what }) => what),
      ['key', 'log'],
    )
  })

  test('never throws, whatever the text', () => {
    assert.ok(whole)
    const known = JSON.parse(whole.receipt) as Record<string, unknown>
    const parts = Object.keys(known)
    fc.assert(fc.property(fc.string(), (text) => assert.equal(verifyReceipt(text).ok, false)))
    fc.assert(
      fc.property(fc.constantFrom(...parts), fc.jsonValue(), (part, value) => {
        verifyReceipt(JSON.stringify({ ...known, [part]: value }))
      }),
      { numRuns: 50 },
    )
  })
})
