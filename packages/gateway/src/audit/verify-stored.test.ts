import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock, Secret, silentLog, type CallId, type TenantId } from '#kernel'
import { openAudit, openSigners, startCheckpoints } from './index.ts'
import { memoryAuditStore } from './memory-audit-store.ts'
import type { PublishedKey } from './signers.ts'
import { verifyStoredLog, type StoredFinding } from './verify-stored.ts'

const tenant = 'acme' as TenantId
const origin = 'voxkeep/audit/acme'
const seal = { seal: (text: string) => text, open: (text: string) => text }
let chance = 100
const random = { bytes: (count: number) => new Uint8Array(count).fill(++chance) }
const size = 600

/** A log of 600 entries in three parts, each with its checkpoint. */
async function made() {
  const store = memoryAuditStore()
  const clock = fakeClock()
  const base = { store, clock, log: silentLog, random }
  const audit = openAudit({ ...base, deployment: 'voxkeep', numberKey: () => new Secret(new Uint8Array(32)) })
  const signers = await openSigners({ ...base, purpose: 'log', seal })
  const never = { intervalMs: 1e9, everyEntries: 1e9, outside: [], onBroken: () => {}, count: () => {} }
  const checkpoints = startCheckpoints({ ...base, ...never, audit, signers })
  const call = `call_${'0'.repeat(32)}` as CallId
  for (const count of [100, 200, 300]) {
    await Promise.all(
      Array.from({ length: count }, (_, n) =>
        audit.append({ type: 'x', tenant, call, actor: 'a', fields: { n } }),
      ),
    )
    await checkpoints.now(tenant)
  }
  const log = store.kept.get(tenant)
  assert.ok(log)
  const keys: readonly PublishedKey[] = signers.published(origin)
  const policy = { log: keys.map(({ key }) => key) }
  const verify = () => verifyStoredLog(store, { tenant, origin, keys, policy })
  /** Verifies the log with something changed in it, then puts it back. */
  const after = async (
    change: (kept: NonNullable<typeof log>) => void,
  ): Promise<readonly StoredFinding[]> => {
    const before = {
      ...log,
      leaves: [...log.leaves],
      tiles: [...log.tiles],
      checkpoints: [...log.checkpoints],
    }
    change(log)
    const { findings, ok } = await verify()
    Object.assign(log, before)
    assert.equal(ok, findings.length === 0)
    return findings
  }
  return { log, verify, after }
}
const world = await made()
const kinds = (findings: readonly StoredFinding[]) =>
  findings.map((one) => ('index' in one ? `${one.kind} ${one.index}` : one.kind))

test('verifyStoredLog() accepts a log that nobody touched', async () => {
  assert.deepEqual(await world.verify(), { ok: true, size, proven: size, findings: [] })
})

test('verifyStoredLog() names the entry in whose row any column was changed', async () => {
  const other = `call_${'1'.repeat(32)}` as CallId
  for (const index of [0, 100, 255, size - 1]) {
    const changed = (over: object) =>
      world.after(({ leaves }) => leaves.splice(index, 1, { ...leaves[index]!, ...over }))
    const leaf = world.log.leaves[index]?.leaf ?? ''
    assert.deepEqual(kinds(await changed({ leaf: leaf.replace('"a"', '"b"') })).slice(0, 2), [
      `altered ${index}`,
      `row ${index}`,
    ])
    assert.ok(kinds(await changed({ leaf: `${leaf} ` })).includes(`altered ${index}`))
    for (const over of [
      { type: 'y' },
      { actor: 'b' },
      { call_id: other },
      { call_id: null },
      { at: new Date(0) },
    ])
      assert.deepEqual(kinds(await changed(over)), [`row ${index}`])
  }
})

test('verifyStoredLog() finds any flipped bit of an entry, and names the entry', async () => {
  for (const index of [0, size - 1]) {
    const bytes = Buffer.from(world.log.leaves[index]?.leaf ?? '')
    for (let at = 0; at < bytes.length; at += 23) {
      const flipped = Buffer.from(bytes)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 7))
      const found = await world.after(({ leaves }) =>
        leaves.splice(index, 1, { ...leaves[index]!, leaf: flipped.toString('latin1') }),
      )
      // A flip may make a line break of a letter: then one line is altered and another put in.
      assert.ok(
        kinds(found).some((one) => /^(altered|inserted|row) /.test(one) && one.endsWith(` ${index}`)),
        `byte ${at}: ${kinds(found).join()}`,
      )
    }
  }
})

test('verifyStoredLog() names an entry that was removed, doubled or moved', async () => {
  for (const index of [0, 99, 255, 256, size - 2]) {
    const removed = await world.after(({ leaves }) => leaves.splice(index, 1))
    assert.ok(kinds(removed).includes(`missing ${index}`), kinds(removed).join())
    const swapped = await world.after(({ leaves }) => {
      const [a, b] = [leaves[index]!, leaves[index + 1]!]
      leaves.splice(index, 2, { ...b, idx: index }, { ...a, idx: index + 1 })
    })
    assert.ok(kinds(swapped).includes(`row ${index}`) && kinds(swapped).includes(`row ${index + 1}`))
  }
})

test('verifyStoredLog() finds every changed tile, root, head, checkpoint and signature', async () => {
  const flip = (bytes: Uint8Array, at: number) => bytes.with(at, (bytes[at] ?? 0) ^ 1)
  for (const [n, tile] of world.log.tiles.entries())
    for (const at of [0, 31, tile.hashes.length - 1]) {
      const hashes = await world.after(({ tiles }) =>
        tiles.splice(n, 1, { ...tile, hashes: flip(tile.hashes, at) }),
      )
      assert.ok(kinds(hashes).includes(`tile ${tile.index}`), kinds(hashes).join())
      const root = await world.after(({ tiles }) =>
        tiles.splice(n, 1, { ...tile, root: flip(tile.root, at % 32) }),
      )
      assert.ok(kinds(root).includes(`stored-tile ${tile.index}`) && kinds(root).includes('head'))
    }
  for (const root of [new Uint8Array(31), new Uint8Array(40), new Uint8Array()]) {
    const odd = await world.after(({ tiles }) =>
      tiles.push(...tiles.splice(0).map((tile) => ({ ...tile, root }))),
    )
    assert.ok(kinds(odd).includes('stored-tile 0') && kinds(odd).includes('head'))
  }
  const gone = await world.after(({ tiles }) => tiles.shift())
  assert.ok(kinds(gone).includes('stored-tile 0'))
  for (const head of [{ size: size - 1 }, { size: size + 1 }, { root: '' }, { size: 0 }])
    assert.ok(kinds(await world.after((log) => (log.row = { ...log.row, ...head }))).includes('head'))
  for (const [n, row] of world.log.checkpoints.entries())
    for (let at = 0; at < row.note.length; at += 331) {
      const note = row.note.slice(0, at) + (row.note[at] === 'A' ? 'B' : 'A') + row.note.slice(at + 1)
      const found = await world.after(({ checkpoints }) => checkpoints.splice(n, 1, { ...row, note }))
      assert.ok(
        kinds(found).includes('checkpoint'),
        `character ${at} of checkpoint ${n}: ${kinds(found).join()}`,
      )
    }
})

test('verifyStoredLog() finds a log whose end was cut off behind what was signed', async () => {
  const cut = await world.after((log) => {
    log.leaves.splice(400)
    log.row = { ...log.row, size: 400 }
  })
  assert.ok(kinds(cut).includes('head') && cut.length > 1)
})
