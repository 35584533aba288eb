import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { CallId, TenantId } from '#kernel'
import { genesisHash, readEntry, sealEntry, type AuditEntry } from './entry.ts'
import { memoryAuditStore } from './memory-audit-store.ts'
import type { StoredEntry } from './store.ts'
import { verifyLog } from './verify-log.ts'

const tenant = 'acme' as TenantId
const count = 12

function chain(
  length: number,
  from: { seq: number; hash: string } = { seq: 0, hash: genesisHash },
): StoredEntry[] {
  const entries: StoredEntry[] = []
  let hash = from.hash
  for (let seq = from.seq + 1; seq <= length; seq++) {
    const entry = sealEntry(
      {
        seq,
        at: '2026-01-01T00:00:00.000Z',
        tenant,
        call: null,
        type: 'x',
        actor: 'system',
        fields: { seq },
      },
      hash,
    )
    entries.push(entry)
    hash = entry.hash
  }
  return entries
}
async function verify(entries: StoredEntry[], known?: { entries: number; head: string }) {
  const store = memoryAuditStore()
  store.entries = entries
  return verifyLog(store, known)
}
const entryAt = (entries: readonly StoredEntry[], index: number) => {
  const entry = entries[index]
  assert.ok(entry)
  return entry
}

test('verifyLog() accepts a chain of any length, past its page size too', async () => {
  for (const length of [0, 1, count, 1_000, 1_001, 2_500]) {
    const entries = chain(length)
    assert.deepEqual(await verify(entries), {
      ok: true,
      entries: length,
      head: entries.at(-1)?.hash ?? genesisHash,
    })
  }
})

test('verifyLog() finds a flipped bit in any column of any entry', async () => {
  for (let index = 0; index < count; index++) {
    const entries = chain(count)
    const entry = entryAt(entries, index)
    const flips: StoredEntry[] = [
      { ...entry, body: entry.body.replace('"x"', '"y"') },
      { ...entry, hash: entry.hash.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) },
      { ...entry, tenant: 'other' as TenantId },
      { ...entry, call_id: `call_${'0'.repeat(32)}` as CallId },
      { ...entry, body: `${entry.body} ` },
    ]
    for (const flipped of flips)
      assert.deepEqual(await verify(entries.with(index, flipped)), { ok: false, at: index + 1 })
  }
})

test('verifyLog() finds an entry that was removed, doubled, or swapped with the next', async () => {
  for (let index = 0; index < count - 1; index++) {
    const entries = chain(count)
    const entry = entryAt(entries, index)
    const next = entryAt(entries, index + 1)
    const swapped = entries
      .with(index, { ...next, seq: entry.seq })
      .with(index + 1, { ...entry, seq: next.seq })
    const wrong = [entries.toSpliced(index, 1), entries.toSpliced(index, 0, entry), swapped]
    for (const log of wrong) {
      const found = await verify(log)
      assert.equal(found.ok, false)
      assert.ok(!found.ok && found.at >= index + 1 && found.at <= index + 2)
    }
  }
})

test('verifyLog() finds an entry put in before the first', async () => {
  const first = entryAt(chain(1), 0)
  assert.deepEqual(await verify([{ ...first, seq: 0 }, ...chain(2)]), { ok: false, at: 0 })
})

test('verifyLog() finds a cut end, a fork and a rewritten log only against a known checkpoint', async () => {
  const entries = chain(count)
  const known = { entries: count, head: entryAt(entries, count - 1).hash }
  assert.equal((await verify(entries, known)).ok, true)
  assert.equal((await verify(chain(count + 5), known)).ok, true, 'the log may have grown')

  const cut = entries.slice(0, -3)
  assert.equal((await verify(cut)).ok, true)
  assert.deepEqual(await verify(cut, known), { ok: false, at: count - 2 })

  const fork = [...entries.slice(0, 5), ...chain(count, { seq: 5, hash: entryAt(entries, 3).hash })]
  assert.deepEqual(await verify(fork), { ok: false, at: 6 })

  const rewritten = chain(count).map((entry) => ({ ...entry }))
  const forged = sealEntry(
    { ...(readEntry(entryAt(rewritten, 4)) as AuditEntry), actor: 'nobody' },
    entryAt(rewritten, 3).hash,
  )
  const log = [...rewritten.slice(0, 4), forged, ...chain(count, forged)]
  assert.equal((await verify(log)).ok, true)
  assert.deepEqual(await verify(log, known), { ok: false, at: count })
})

const text = fc.string({ unit: 'grapheme', maxLength: 20 }).map((one) => one.toWellFormed())
const entryArbitrary: fc.Arbitrary<Omit<AuditEntry, 'hash'>> = fc.record({
  seq: fc.integer({ min: 1, max: 1e9 }),
  at: text,
  tenant: text as fc.Arbitrary<never>,
  call: fc.constantFrom(null, `call_${'a'.repeat(32)}` as CallId),
  type: text,
  actor: text,
  fields: fc.dictionary(
    text.filter((name) => name !== '__proto__'),
    fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)),
  ),
})

test('readEntry() undoes sealEntry()', () => {
  fc.assert(
    fc.property(entryArbitrary, (entry) => {
      const stored = sealEntry(entry, genesisHash)
      const read = readEntry(stored)
      assert.deepEqual(read && { ...read, fields: { ...read.fields } }, {
        ...entry,
        fields: { ...entry.fields },
        hash: stored.hash,
      })
    }),
  )
})

test('readEntry() never throws, whatever the text', () => {
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.jsonValue().map((json) => JSON.stringify({ seq: 1, fields: json })),
  )
  fc.assert(
    fc.property(body, fc.string(), (body, hash) => {
      assert.equal(readEntry({ seq: 1, tenant, call_id: null, body, hash }), undefined)
    }),
  )
})
