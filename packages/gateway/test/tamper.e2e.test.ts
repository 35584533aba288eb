import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { judgeCheckpoint, parseTlogProof, verifyExport, verifyTlogProof, type Policy } from '@voxkeep/tlog'
import { outboxStore } from '#db'
import { createId, readSecret, systemClock, type AppId } from '#kernel'
import { createKeyring, KeyError, openKeyring } from '#keys'
import { flipBytes, flipText } from './support/flip.ts'
import { seeded } from './support/keep-kills.ts'
import { keptConfig, openKept, prepareKept, random, tenants, type Kept } from './support/kept.ts'
import { tamperWorld, type Kind, type TamperWorld } from './support/tamper-world.ts'

const seed = Number(process.env['VOXKEEP_SEED'] ?? 1)
const flipsEach = 8
const tenant = tenants[0] ?? assert.fail()

describe('one flipped bit of anything that is stored', { timeout: 240_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-tamper-'))
  const chance = seeded(seed)
  let kept: Kept
  let world: TamperWorld
  let policy: Policy
  before(async () => {
    const stores = [{ id: 'folder', kind: 'folder', dir: join(dir, 'objects') }]
    const objects = { stores, place: { audio: 'folder' }, verify: { everyHours: 0 } }
    const audit = { checkpoints: { everyS: 3_600, everyEntries: 100_000 } }
    const config = keptConfig(dir, { objects, audit, keys: { cache: { keys: 0 } } })
    await prepareKept(config)
    kept = await openKept(config)
    world = await tamperWorld(kept, dir)
    policy = { log: (await kept.signing.reader.keys(tenant)).map(({ key }) => key) }
  })
  after(async () => {
    await kept?.[Symbol.asyncDispose]()
    rmSync(dir, { recursive: true })
  })

  test('is noticed and named in the object and in every row, and nothing else is ever given out', async (t) => {
    const noticed: Record<string, number> = {}
    for (const kind of world.kinds)
      for (let n = 0; n < flipsEach; n++) {
        const what = await flipOnce(kind, chance)
        if (what !== undefined) noticed[what] = (noticed[what] ?? 0) + 1
      }
    t.diagnostic(JSON.stringify(noticed))
    assert.ok(
      Object.values(noticed).reduce((sum, count) => sum + count, 0) > world.kinds.length * (flipsEach - 3),
    )
  })

  test('is looked for in every column that is sealed', async () => {
    const { rows } = await sql<{ name: string }>`
      select table_name || '.' || column_name as name from information_schema.columns
      where table_schema = 'public' and (column_name like '%sealed' or column_name = 'wrapped')`.execute(
      kept.database.kysely,
    )
    assert.deepEqual(
      rows.map(({ name }) => name).filter((name) => !world.columns.has(name)),
      [],
    )
  })

  test('of an event that waits for its app makes that event dead, and holds up no other', async () => {
    const { database } = kept
    const outbox = outboxStore(database, () => tenant)
    const [changed, whole] = [createId('evt', Date.now(), random), createId('evt', Date.now(), random)]
    const at = new Date(Date.now() - 1_000)
    const waiting = {
      call_id: null,
      attempt: 0,
      next_at: at,
      state: 'pending',
      last_status: null,
      last_error: null,
    } as const
    for (const id of [changed, whole])
      await outbox.insert({
        id,
        app: 'other' as AppId,
        type: 'call.ended',
        body: '{}',
        created_at: at,
        ...waiting,
      })
    await sql`update outbox set body_sealed = (select body_sealed from outbox where id = ${whole}) where id = ${changed}`.execute(
      database.kysely,
    )
    const due = await outbox.due(new Date(), 10, { apps: ['app' as AppId], ids: [] })
    assert.deepEqual(
      due.map(({ id }) => id),
      [whole],
    )
    const { rows } = await sql`select state, last_error from outbox where id = ${changed}`.execute(
      database.kysely,
    )
    assert.deepEqual(rows, [{ state: 'dead', last_error: 'tampered' }])
  })

  test('is noticed in a checkpoint, a proof and an export', async () => {
    const { note } = (await kept.signing.reader.checkpoint(tenant)) ?? assert.fail()
    const proof = await kept.signing.reader.proof(tenant, 77)
    const exported = (await Array.fromAsync(await kept.signing.reader.export(tenant, 0))).join('')
    const leaf = parseTlogProof(proof)?.extra ?? assert.fail()
    const header = exported.indexOf('\n') // names the keys for convenience; who verifies brings his own
    for (let n = 0; n < 60; n++) {
      const checkpoint = flipBytes(Buffer.from(note), chance)
      assert.equal(judgeCheckpoint(text(checkpoint.changed), policy).ok, false, checkpoint.at)
      const flipped = flipBytes(Buffer.from(proof), chance)
      const parsed = parseTlogProof(text(flipped.changed))
      const believed = parsed !== undefined && verifyTlogProof(parsed, parsed.extra ?? leaf, policy).ok
      assert.equal(believed, false, flipped.at)
      const body = flipBytes(Buffer.from(exported.slice(header)), chance)
      const report = await verifyExport(pieces(exported.slice(0, header), body.changed), policy)
      assert.equal(report.ok, false, body.at)
    }
  })

  test('is noticed in the keyring file', async () => {
    const file = join(dir, 'sealed-keyring.json')
    process.env['VOXKEEP_TEST_PASSPHRASE'] = 'correct horse battery staple'
    const passphrase = readSecret('env:VOXKEEP_TEST_PASSPHRASE')
    await createKeyring(file, { random, passphrase })
    const open = () => openKeyring(file, { random, passphrase, clock: systemClock })
    const context = { tenant, purpose: 'audio', object: 'tky_1' } as const
    const made = await (async () => {
      await using ring = await open()
      await ring.ensureKey('mine')
      return ring.generateDataKey('mine', context)
    })()
    const original = readFileSync(file)
    for (let n = 0; n < 25; n++) {
      const { changed, at } = flipBytes(original, chance)
      writeFileSync(file, changed)
      const unwrapping = (async () => {
        await using ring = await open()
        return await ring.unwrap(made, context)
      })()
      await assert.rejects(unwrapping, KeyError, at)
    }
    writeFileSync(file, original)
    await using ring = await open()
    assert.deepEqual(await ring.unwrap(made, context), made.plain)
  })
})

async function flipOnce(kind: Kind, chance: () => number): Promise<string | undefined> {
  const original = await kind.read()
  const { changed, at } =
    typeof original === 'string' ? flipText(original, chance) : flipBytes(original, chance)
  try {
    await kind.write(changed)
  } catch (error) {
    if (error instanceof Error && error.name === 'DbError') return 'refused by the database'
    throw error
  }
  try {
    if ((await kind.value?.()) === original) return undefined // another spelling of the same
    const noticed = await kind.probe()
    assert.notEqual(noticed, undefined, `${kind.name}: ${at} went unnoticed`)
    return noticed
  } finally {
    await kind.write(original)
    assert.equal(await kind.probe(), undefined, `${kind.name}: it is not as before once it is put back`)
  }
}

async function* pieces(header: string, body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(header)
  yield body
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}
