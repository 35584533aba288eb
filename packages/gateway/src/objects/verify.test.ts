import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ObjectError } from './error.ts'
import { objectBench, type Bench } from './test-bench.ts'
import { verifyObjects, type VerifyDeps, type VerifyOptions } from './verify.ts'

async function stored(at: Bench, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => `rec_${10 + n}`)
  for (const id of ids) {
    await at.spooled(id)
    await at.keeper.move(id)
  }
  at.events.length = 0
  return ids
}
const pathOf = (at: Bench, id: string) => join(at.folder.dir, 'objects', at.rows.rows.get(id)?.key ?? '')
const check = (
  at: Bench,
  o: Partial<VerifyOptions> = {},
  authenticate: VerifyDeps['authenticate'] = async () => {},
) =>
  verifyObjects({ ...at, authenticate, onEvent: (event) => void at.events.push(event) }, { limit: 100, ...o })

test('verifyObjects() finds every flipped bit and every lost object, names it, and tells it once', async () => {
  await using at = await objectBench()
  const [fine = '', flipped = '', lost = '', cut = ''] = await stored(at, 4)
  const bytes = readFileSync(pathOf(at, flipped))
  bytes[700] = (bytes[700] ?? 0) ^ 4
  writeFileSync(pathOf(at, flipped), bytes)
  rmSync(pathOf(at, lost))
  writeFileSync(pathOf(at, cut), readFileSync(pathOf(at, cut)).subarray(0, 999))
  for (let round = 0; round < 2; round++) {
    const { checked, missing, altered, unchecked } = await check(at)
    assert.deepEqual([checked, missing, altered, unchecked], [4, [lost], [flipped, cut], []])
  }
  assert.deepEqual(
    at.events.map(({ kind, id }) => [kind, id]),
    [
      ['tampered', flipped],
      ['tampered', lost],
      ['tampered', cut],
    ],
  )
  assert.deepEqual(
    [fine, flipped, lost].map((id) => at.rows.rows.get(id)?.state),
    ['stored', 'corrupt', 'missing'],
  )
  bytes[700] = (bytes[700] ?? 0) ^ 4
  writeFileSync(pathOf(at, flipped), bytes)
  assert.deepEqual((await check(at)).altered, [cut])
  assert.equal(at.rows.rows.get(flipped)?.state, 'stored')
})

test('verifyObjects() goes on where it stopped', async () => {
  await using at = await objectBench()
  const ids = await stored(at, 5)
  const first = await check(at, { limit: 2 })
  assert.deepEqual([first.checked, first.next], [2, ids[1]])
  const second = await check(at, { limit: 2, after: first.next })
  assert.deepEqual([second.checked, second.next], [2, ids[3]])
  const third = await check(at, { limit: 2, after: second.next })
  assert.deepEqual([third.checked, third.next], [1, undefined])
})

test('verifyObjects() finds what is in a store and nobody listed', async () => {
  await using at = await objectBench()
  const [id = ''] = await stored(at, 1)
  const file = await at.folder.file(new Uint8Array(3))
  await at.store.put('audio/acme/2023-11-14/rec_stray.vxr', file.path, file)
  await at.store.put(`audio/acme/2023-11-15/${id}.vxr`, file.path, file)
  await at.store.put('audio/other/2023-11-15/rec_other.vxr', file.path, file)
  await at.store.put('backup/1/manifest', file.path, file)
  await at.spooled('rec_99') // on its way: put, not yet listed as stored
  await at.store.put(
    'audio/acme/2023-11-14/rec_99.vxr',
    at.spool.pathOf('rec_99'),
    at.rows.rows.get('rec_99') ?? file,
  )
  assert.deepEqual((await check(at, { unlisted: true })).unlisted.toSorted(), [
    'local/audio/acme/2023-11-14/rec_stray.vxr',
    `local/audio/acme/2023-11-15/${id}.vxr`,
    'local/audio/other/2023-11-15/rec_other.vxr',
  ])
  assert.deepEqual((await check(at, { unlisted: true, tenant: 'other' as never })).unlisted, [
    'local/audio/other/2023-11-15/rec_other.vxr',
  ])
})

test('verifyObjects() tells what does not open from what cannot be opened now', async () => {
  await using at = await objectBench()
  const [a = '', b = '', c = ''] = await stored(at, 3)
  const codes: Record<string, string> = { [a]: 'VAULT_TAMPERED', [b]: 'KEY_CLOSED' }
  const report = await check(at, { open: true }, async ({ id }) => {
    if (id in codes) throw Object.assign(new Error('no'), { code: codes[id] })
    if (id === c) throw new ObjectError('OBJECT_UNAVAILABLE', 'away')
  })
  assert.deepEqual([report.altered, report.unchecked], [[a], [b, c]])
})
