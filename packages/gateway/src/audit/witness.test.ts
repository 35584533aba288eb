import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  openCheckpoint,
  parseNote,
  rootOf,
  serializeAddCheckpoint,
  signCheckpoint,
  verifyTlogProof,
  parseTlogProof,
  toBase64,
} from '@voxkeep/tlog'
import { fakeClock, Secret, silentLog, type TenantId } from '#kernel'
import { startCheckpoints, type SignedCheckpoint } from './checkpoints.ts'
import { hashOfLeaf } from './entry.ts'
import { withCosignatures } from './export-log.ts'
import { AuditError, auditReader, openAudit, openSigners, logOfLogs } from './index.ts'
import { memoryAuditStore } from './memory-audit-store.ts'
import { witnessClient } from './witness-client.ts'
import { witnessServer, type WitnessedRow } from './witness-server.ts'

const tenant = 'acme' as TenantId
const origin = 'voxkeep/audit/acme'
const seal = { seal: (text: string) => text, open: (text: string) => text }
let chance = 0
const random = { bytes: (count: number) => new Uint8Array(count).fill(++chance) }

/** A log with its keys, in a store that may be a copy of another's. */
async function setUp(
  store = memoryAuditStore(),
  outside: Parameters<typeof startCheckpoints>[0]['outside'] = [],
) {
  const clock = fakeClock()
  const numberKey = () => new Secret(new Uint8Array(32))
  const base = { store, clock, log: silentLog, random }
  const audit = openAudit({ ...base, deployment: 'voxkeep', numberKey })
  const signers = await openSigners({ ...base, purpose: 'log', seal })
  const broken: [TenantId, string][] = []
  const counts: string[] = []
  const checkpoints = startCheckpoints({
    ...base,
    audit,
    signers,
    intervalMs: 60_000,
    everyEntries: 100,
    outside,
    onBroken: (of, error) => broken.push([of, error.message]),
    count: (name, labels) => counts.push(`${name} ${Object.values(labels).join(' ')}`),
  })
  const append = (n: number) => audit.append({ type: 'x', tenant, actor: 'a', fields: { n } })
  const fill = async (count: number, from = 0) => {
    for (let n = 0; n < count; n++) await append(from + n)
  }
  const kept = (of = tenant) => {
    const log = store.kept.get(of)
    assert.ok(log)
    return log
  }
  /** Lets everything that was begun come to its end. */
  const round = async () => {
    clock.advance(60_000)
    await checkpoints.now(tenant)
  }
  const keys = () => signers.published(origin).map(({ key }) => key)
  return { store, clock, audit, signers, checkpoints, append, fill, kept, round, keys, broken, counts }
}
type World = Awaited<ReturnType<typeof setUp>>

async function openWitness(world: Pick<World, 'keys' | 'clock'>) {
  const rows = new Map<string, WitnessedRow>()
  const signers = await openSigners({
    store: memoryAuditStore(),
    clock: world.clock,
    random,
    purpose: 'witness',
    seal,
  })
  const name = 'witness.example/w'
  const server = witnessServer({
    name,
    logs: new Map([[origin, world.keys()]]),
    signers,
    clock: world.clock,
    store: {
      exchange: async (of, next) => {
        const row = next(rows.get(of))
        if (row) rows.set(of, row)
      },
    },
  })
  return { server, rows, keys: signers.published(name).map(({ key }) => key) }
}

async function clientOf(world: World, witness: Awaited<ReturnType<typeof openWitness>>) {
  const conflicts: string[] = []
  const show = witnessClient({
    name: 'other',
    keys: witness.keys,
    store: world.store,
    clock: world.clock,
    onConflict: (_checkpoint, why) => conflicts.push(why),
    post: (body) => witness.server.addCheckpoint(body),
  })
  return { show, conflicts }
}
const newest = async ({ checkpoints }: World): Promise<SignedCheckpoint> => {
  const checkpoint = await checkpoints.now(tenant)
  assert.ok(checkpoint)
  return checkpoint
}

test('Checkpoints.now() signs how far the log is with both keys, once for each size', async () => {
  const world = await setUp()
  assert.equal(await world.checkpoints.now(tenant), undefined)
  await world.fill(3)
  const first = await newest(world)
  const opened = openCheckpoint(first.note, world.keys())
  assert.ok(opened.ok && opened.by.length === 2)
  assert.deepEqual(
    [opened.checkpoint.origin, opened.checkpoint.size, toBase64(opened.checkpoint.root)],
    [origin, 3, world.kept().row.root],
  )
  assert.equal((await newest(world)).note, first.note)
  assert.equal(world.kept().checkpoints.length, 1)
})

test('checkpoints are signed as time passes and as the log grows, and put into the log of logs', async () => {
  const world = await setUp()
  const told: number[] = []
  world.checkpoints.onCheckpoint(({ tenant: of, size }) => of === tenant && told.push(size))
  await world.fill(3)
  await world.round()
  assert.deepEqual(told, [3])
  await Promise.all(Array.from({ length: 150 }, (_, n) => world.append(n)))
  await world.checkpoints.now(logOfLogs)
  assert.equal(told.length, 2)
  const leaves = world
    .kept(logOfLogs)
    .leaves.map(({ leaf }) => JSON.parse(leaf) as { actor: string; fields: { size: number } })
  assert.deepEqual(
    leaves.map(({ actor, fields }) => [actor, fields.size]),
    told.map((size) => [`log:${origin}`, size]),
  )
})

test('rotated keys sign what comes, and what the old ones signed stays believable', async () => {
  const world = await setUp()
  await world.fill(2)
  const before = await newest(world)
  await world.signers.rotate()
  await world.fill(2)
  const after = await newest(world)
  const [oldKeys, newKeys] = [world.keys().slice(0, 2), world.keys().slice(2)]
  assert.deepEqual(
    [openCheckpoint(before.note, oldKeys).ok, openCheckpoint(before.note, newKeys).ok],
    [true, false],
  )
  assert.deepEqual(
    [openCheckpoint(after.note, oldKeys).ok, openCheckpoint(after.note, newKeys).ok],
    [false, true],
  )
  const [old] = world.signers.published(origin)
  assert.ok(old?.until)
  const again = await openSigners({ store: world.store, clock: world.clock, random, purpose: 'log', seal })
  assert.deepEqual(
    again.published(origin).map(({ key }) => key.text),
    world.keys().map(({ text }) => text),
  )
})

test('openSigners() refuses keys that were changed or cannot be opened', async () => {
  const world = await setUp()
  const [row] = await world.store.signers('log')
  assert.ok(row)
  const isUnsigned = (error: unknown) => error instanceof AuditError && error.code === 'AUDIT_UNSIGNED'
  const [other] = await (await setUp()).store.signers('log')
  for (const changed of [
    { seeds_sealed: 'AAAA' },
    { seeds_sealed: other?.seeds_sealed },
    { ed25519: other?.ed25519 },
    { ml_dsa_44: 'x' },
  ]) {
    const store = { signers: async () => [{ ...row, ...changed } as typeof row], addSigner: async () => {} }
    await assert.rejects(openSigners({ store, clock: world.clock, random, purpose: 'log', seal }), isUnsigned)
  }
  const closed = { ...seal, open: () => assert.fail('closed') }
  await assert.rejects(openSigners({ ...world, random, purpose: 'log', seal: closed }), isUnsigned)
})

test('nothing is signed of a log that does not continue what was signed of it, and that is told once', async () => {
  const damages: ((log: ReturnType<World['kept']>) => void)[] = [
    (log) =>
      (log.checkpoints[0] = {
        ...log.checkpoints[0]!,
        note: log.checkpoints[0]!.note.replace('\n300\n', '\n299\n'),
      }),
    (log) => (log.tiles[0] = { ...log.tiles[0]!, root: new Uint8Array(32) }),
    (log) => log.tiles.shift(),
  ]
  for (const damage of damages) {
    const world = await setUp()
    await Promise.all(Array.from({ length: 300 }, (_, n) => world.append(n)))
    await newest(world)
    damage(world.kept())
    await world.append(1)
    await assert.rejects(
      world.checkpoints.now(tenant),
      (error) => (error as AuditError).code === 'AUDIT_BROKEN',
    )
    for (let n = 0; n < 3; n++) {
      world.clock.advance(60_000)
      await world.checkpoints.now(logOfLogs)
    }
    assert.equal(world.broken.length, 1)
  }
})

test('a witness cosigns what continues, and its cosignatures are kept with the checkpoint', async () => {
  const world = await setUp()
  const witness = await openWitness(world)
  const { show, conflicts } = await clientOf(world, witness)
  for (const count of [1, 4, 300]) {
    await Promise.all(Array.from({ length: count }, (_, n) => world.append(n)))
    await show(await newest(world))
  }
  const cosigned = await withCosignatures(world.store, tenant, await newest(world))
  assert.equal(parseNote(cosigned.note)?.signatures.length, 4)
  const opened = openCheckpoint(cosigned.note, [...world.keys(), ...witness.keys])
  assert.ok(opened.ok && opened.by.length === 4)
  assert.equal(witness.rows.get(origin)?.size, 305)
  assert.deepEqual(conflicts, [])
  const again = await clientOf(world, witness) // which does not know yet how far the witness is
  await world.fill(1)
  await again.show(await newest(world))
  assert.equal(witness.rows.get(origin)?.size, 306)
})

test('only a witness finds a log that was rewritten, cut off or forked and signed again with the stolen keys', async () => {
  const world = await setUp()
  const witness = await openWitness(world)
  const { show } = await clientOf(world, witness)
  await world.fill(20)
  await show(await newest(world))
  const entries = (count: number, forged: number) =>
    Array.from({ length: count }, (_, n) => (n === forged ? 99 : n))
  const attacks: readonly [entries: number[], why: string][] = [
    [entries(25, 7), 'the log does not continue what the witness saw'], // rewritten, and longer
    [entries(20, 7), 'the witness saw another log of this size'],
    [entries(12, -1), 'the witness saw a longer log'], // rolled back
  ]
  for (const [numbers, why] of attacks) {
    // The thief has the database and the keys, so he makes a flawless log.
    const stolen = memoryAuditStore()
    for (const row of await world.store.signers('log')) await stolen.addSigner(row)
    const forged = await setUp(stolen)
    for (const n of numbers) await forged.append(n)
    const checkpoint = await newest(forged)
    assert.ok(openCheckpoint(checkpoint.note, world.keys()).ok, 'by itself nothing is wrong with it')
    const thief = await clientOf(forged, witness)
    await assert.rejects(thief.show(checkpoint), AuditError)
    assert.deepEqual(thief.conflicts, [why])
    assert.equal(forged.kept().cosignatures.length, 0)
  }
})

test('a witness answers as C2SP tlog-witness says, and keeps nothing of what it refuses', async () => {
  const world = await setUp()
  const { server, rows } = await openWitness(world)
  await world.fill(5)
  const { note } = await newest(world)
  const ask = async (body: string) => {
    const { status, body: text, contentType } = await server.addCheckpoint(body)
    return [status, status === 409 ? `${text.trim()} ${contentType}` : '']
  }
  assert.deepEqual(await ask('hello'), [400, ''])
  assert.deepEqual(await ask(`old 0\n\n${note.replaceAll('acme', 'globex')}`), [404, ''])
  const root = rootOf([hashOfLeaf('x')])
  const strangers = await openSigners({
    store: memoryAuditStore(),
    clock: world.clock,
    random,
    purpose: 'log',
    seal,
  })
  const strange = signCheckpoint({ origin, size: 1, root }, strangers.current(origin), 1)
  assert.deepEqual(await ask(serializeAddCheckpoint({ old: 0, proof: [], checkpoint: strange })), [403, ''])
  assert.deepEqual(await ask(`old 3\n\n${note}`), [409, '0 text/x.tlog.size'])
  assert.deepEqual(await ask(`old 9\n\n${note}`), [400, ''])
  assert.deepEqual(await ask(`old 0\n${toBase64(root)}\n\n${note}`), [422, ''])
  assert.equal(rows.size, 0)
  assert.deepEqual(await ask(`old 0\n\n${note}`), [200, ''])
  assert.equal(rows.get(origin)?.size, 5)
})

test('a witness asks its store nothing for a stranger who cannot sign for the log', async () => {
  const [world, stranger] = [await setUp(), await setUp()]
  const asked: string[] = []
  const server = witnessServer({
    name: 'witness.example/w',
    logs: new Map([[origin, world.keys()]]),
    signers: world.signers,
    clock: world.clock,
    store: { exchange: async (of) => void asked.push(of) },
  })
  const state = { origin, size: 1, root: new Uint8Array(32) }
  const checkpoint = signCheckpoint(state, stranger.signers.current(origin), 0)
  const answer = await server.addCheckpoint(serializeAddCheckpoint({ old: 0, proof: [], checkpoint }))
  assert.equal(answer.status, 403)
  assert.deepEqual(asked, [])
})

test('a witness’s answer counts only under its key', async () => {
  const world = await setUp()
  const witness = await openWitness(world)
  await world.fill(2)
  const checkpoint = await newest(world)
  const other = await openWitness(world)
  const { show } = await clientOf(world, { ...witness, keys: other.keys })
  await assert.rejects(show(checkpoint), /does not fit its key/)
  assert.equal(world.kept().cosignatures.length, 0)
})

test('who is outside is shown the newest checkpoint again until it is taken', async () => {
  const shown: number[] = []
  let failing = true
  const show = async ({ tenant: of, size }: SignedCheckpoint) => {
    if (of === tenant) shown.push(size)
    if (failing) throw new Error('away')
  }
  const world = await setUp(undefined, [{ name: 'anchor', show }])
  await world.fill(2)
  await world.round()
  await world.fill(1)
  await world.round()
  failing = false
  await world.round()
  await world.round()
  assert.deepEqual(shown, [2, 3, 3])
})

test('auditReader proves an entry and the checkpoint’s own place in the log of logs', async () => {
  const world = await setUp()
  await Promise.all(Array.from({ length: 600 }, (_, n) => world.append(n)))
  const reader = auditReader(world)
  for (const index of [0, 255, 256, 599]) {
    const proof = parseTlogProof(await reader.proof(tenant, index))
    assert.ok(proof?.extra)
    assert.equal(verifyTlogProof(proof, proof.extra, { log: world.keys() }).ok, true)
  }
  await assert.rejects(reader.proof(tenant, 600), AuditError)
  const inLogs = parseTlogProof((await reader.proofOfCheckpoint(tenant)) ?? '')
  assert.ok(inLogs?.extra)
  const keys = world.signers.published('voxkeep/audit').map(({ key }) => key)
  assert.equal(verifyTlogProof(inLogs, inLogs.extra, { log: keys }).ok, true)
})
