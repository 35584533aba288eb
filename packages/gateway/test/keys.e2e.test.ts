import assert from 'node:assert/strict'
import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { VoxkeepApiError } from '@voxkeep/sdk'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { openDatabase, tenantKeyStore } from '#db'
import { Secret, silentLog, systemClock, systemTenant, type Random, type TenantId } from '#kernel'
import { openKeyring, openTenantKeys, type KeyProvider, type KeyRows } from '#keys'
import { databaseRows } from './support/database-rows.ts'
import {
  byteMarkers,
  filesBelow,
  findMarkers,
  textMarkers,
  textSource,
  type Marker,
} from './support/markers.ts'
import { recordedSides } from './support/recorded.ts'
import { keyringPassphrase, twoTenants, type Tenant, type TwoTenants } from './support/two-tenants.ts'

const patienceMs = 10_000

describe('keys of two tenants', { timeout: 150_000 }, () => {
  const stack = new AsyncDisposableStack()
  let at: TwoTenants
  let mine: string
  let theirs: string
  /** From before, across and after a rotation. */
  const rotated: string[] = []
  let deleted: string

  before(async () => {
    at = stack.use(
      await twoTenants((settings) => {
        settings['keys'] = { ...(settings['keys'] as object), maxSealedWhileDown: 1 }
      }),
    )
    ;[mine, theirs] = await Promise.all([at.default.record('mine', 3), at.rival.record('theirs', 3)])
  })
  after(() => stack.disposeAsync())

  const isReadable = async ({ api }: Tenant, recording: string) => {
    const [caller] = await recordedSides(api, recording)
    return caller.some((sample) => Math.abs(sample) > 1_000) // somebody speaks
  }
  const isRefused = ({ api }: Tenant, recording: string) =>
    api.recordings.audio(recording).then(
      async (audio) => (await audio.cancel(), false),
      (error: unknown) => error instanceof VoxkeepApiError,
    )
  const until = async (what: string, probe: () => Promise<boolean>) => {
    const endMs = systemClock.monotonicMs() + patienceMs
    while (!(await probe())) {
      assert.ok(systemClock.monotonicMs() < endMs, `${what} did not happen`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  const keyringFile = () => join(at.gateway.deployment.dataDir, 'keyring.json')
  /** As its owner would, with an editor. */
  const setState = async (key: string, state: 'enabled' | 'disabled') => {
    const ring = JSON.parse(await readFile(keyringFile(), 'utf8')) as {
      keys: { name: string; state: string }[]
    }
    for (const one of ring.keys) if (one.name === key) one.state = state
    await writeFile(keyringFile(), JSON.stringify(ring))
  }

  test('both tenants hear their own recordings, and neither the other’s', async () => {
    assert.ok((await isReadable(at.default, mine)) && (await isReadable(at.rival, theirs)))
    assert.ok((await isRefused(at.default, theirs)) && (await isRefused(at.rival, mine)))
  })

  test('a key that its owner revokes closes its tenant, and no other; given back, it opens again', async () => {
    const call = at.gateway.app.call('cut-off')
    const cutOff = at.default.record('cut-off', 4).catch(() => undefined) // its end cannot be told
    await (await call.stream()).heard(1)
    await setState('voxkeep-default', 'disabled')
    try {
      await until('the revocation', () => isRefused(at.default, mine))
      await assert.rejects(at.default.api.recordings.audio(mine), { status: 503 })
      await assert.rejects(async () => at.default.api.calls.list(), { status: 503 })
      assert.ok(await at.default.isRefused('nobody'), 'what may not be noted is not carried')
      assert.ok(await isReadable(at.rival, theirs))
      assert.ok(await at.rival.record('others-go-on', 2))
      assert.match(at.gateway.process.output(), /keys refused/)
      await cutOff
    } finally {
      await setState('voxkeep-default', 'enabled')
    }
    await until('the recovery', () => isRefused(at.default, mine).then((refused) => !refused))
    assert.ok(await isReadable(at.default, mine))
    const ended = await at.default.api.calls.get(await call.id())
    assert.deepEqual([ended.state, ended.end_reason], ['ended', 'caller-hung-up'])
    const { data: cut } = await at.default.api.recordings.list({ callId: ended.id })
    assert.ok(cut[0]?.state === 'sealed' && (await isReadable(at.default, cut[0].id)))
  })

  test('while the provider is away calls go on, with a bounded number of recordings, and none in clear', async () => {
    await rename(keyringFile(), `${keyringFile()}.away`)
    try {
      await until('the notice', async () => /keys unavailable/.test(at.gateway.process.output()))
      assert.ok(await isReadable(at.rival, await at.rival.record('one-more', 2)))
      assert.ok(await at.rival.record('unrecorded', 2, 'recording.failed'))
    } finally {
      await rename(`${keyringFile()}.away`, keyringFile())
    }
    await until('the recovery', async () => /keys recovered/.test(at.gateway.process.output()))
    assert.ok(await isReadable(at.rival, await at.rival.record('recorded-again', 2)))
  })

  test('keys rotate while calls run: recordings from before, across and after are readable, under new keys', async () => {
    const across = at.default.record('across', 4)
    await (await at.gateway.app.call('across').stream()).heard(1)
    const made = await at.default.api.keys.rotate('all')
    assert.equal(made.rotated.length, 7)
    const afterwards = await at.default.record('afterwards', 2)
    const recordings = [mine, await across, afterwards]
    await until('the rewrap', async () => (await at.default.api.keys.get()).rewrap?.state === 'done')
    const { keys } = await at.default.api.keys.get()
    const audio = keys.filter(({ purpose }) => purpose === 'audio')
    assert.deepEqual(
      audio.map(({ version, state, objects }) => [version, state, objects]),
      [
        [1, 'retired', 0],
        [2, 'active', 4],
      ],
    )
    assert.ok(keys.every(({ key_ref: ref }) => ref.endsWith(':voxkeep-default:2')))
    for (const recording of recordings) assert.ok(await isReadable(at.default, recording))
    assert.match(
      (await at.default.cli('keys')).output,
      /audio +2 +active +4 +local +local:[^\n]+\n[^]*re-wrapped (\d+) of \1 \(done\)/,
    )
    rotated.push(...recordings)
  })

  test('a recording that is deleted is gone', async () => {
    const { api } = at.default
    deleted = await at.default.record('doomed', 2)
    await api.recordings.delete(deleted)
    assert.ok(await isRefused(at.default, deleted))
  })

  test('a destroyed tenant is unreadable with a backup of the database, and the others are not touched', async () => {
    const { dataDir } = at.gateway.deployment
    await at.gateway.stop()
    await cp(join(dataDir, 'postgres'), join(dataDir, '../backup'), { recursive: true })
    await at.gateway.restart()
    for (const recording of rotated) assert.ok(await isReadable(at.default, recording), 'after a restart too')
    assert.ok((await at.default.api.calls.list()).data.every(({ from }) => from === '+12025550142'))
    assert.equal((await at.rival.cli('keys', 'destroy', '--confirm', 'default')).code, 1)
    await assert.rejects(at.rival.api.keys.destroy('default'), { status: 400 })
    const destroyed = await at.rival.api.keys.destroy('rival')
    assert.ok(destroyed.objects === 4 && destroyed.keys.length >= 7)
    assert.deepEqual(
      destroyed.providers.map(({ key, code }) => [key, code]),
      [['voxkeep-rival', null]],
    )
    assert.ok(await isRefused(at.rival, theirs))
    assert.ok(await isReadable(at.default, mine))
    await at.gateway.stop()
    await rm(join(dataDir, 'postgres'), { recursive: true })
    await cp(join(dataDir, '../backup'), join(dataDir, 'postgres'), { recursive: true })
    await at.gateway.restart()
    assert.ok(await isRefused(at.rival, theirs))
    assert.ok(await isReadable(at.default, mine))
  })

  test('no key of any kind is written in clear, neither to the disk nor to the log, and what was shredded is not there', async () => {
    await at.gateway.stop()
    const { dataDir } = at.gateway.deployment
    const keys = await keysInClear(dataDir, rotated)
    assert.ok(keys.length >= 20)
    const tables = await databaseRows(dataDir)
    const linesOf = (table: string) =>
      Buffer.from(tables.find(({ name }) => name === `table ${table}`)?.bytes ?? [])
        .toString()
        .split('\n')
        .filter((line) => line.includes(deleted))
    assert.match(linesOf('shredded_keys').join(), /"wrapped_sha256":"[0-9a-f]{64}"/)
    assert.deepEqual(linesOf('data_keys'), [], 'with its file brought back, nobody opens it')
    const written = [...filesBelow(dataDir), ...tables]
    written.push(textSource('output', at.gateway.process.output()))
    const markers: Marker[] = [
      ...keys.flatMap((key, index) => byteMarkers(`key ${index}`, key)),
      ...textMarkers('passphrase', keyringPassphrase),
    ]
    assert.ok(written.length > 20)
    assert.deepEqual(findMarkers(written, markers), [])
    const canary = textSource('canary', `x${Buffer.from(keys[0] ?? []).toString('base64')}`)
    assert.ok(findMarkers([canary], markers).length > 0, 'the search finds a key where there is one')
  })
})

/** Every key that the stopped gateway has, opened as it would open them. */
async function keysInClear(dataDir: string, recordings: readonly string[]): Promise<Uint8Array[]> {
  const random = { bytes: nodeRandomBytes }
  const passphrase = new Secret(keyringPassphrase)
  const locked = () => {
    throw new Error('no fields are read here')
  }
  await using ring = await openKeyring(join(dataDir, 'keyring.json'), {
    random,
    passphrase,
    clock: systemClock,
  })
  await using database = await openDatabase({
    dir: dataDir,
    log: silentLog,
    seal: { seal: locked, open: locked },
  })
  const rows = tenantKeyStore(database)
  const tenants = [systemTenant, 'default' as TenantId]
  const live = (await Promise.all(tenants.map((tenant) => rows.keysOf(tenant)))).flat()
  const open = live
    .filter(({ state }) => state !== 'destroyed')
    .map(({ tenant, purpose, id, wrapped, key_ref: keyRef }) =>
      ring.unwrap({ wrapped, keyRef }, { tenant, purpose, object: id }),
    )
  return [...(await Promise.all(open)), ...(await dataKeys({ rows, ring, random }, recordings))]
}

async function dataKeys(
  o: { rows: KeyRows; ring: KeyProvider; random: Random },
  recordings: readonly string[],
): Promise<Uint8Array[]> {
  const tenant = 'default' as TenantId
  await using keys = openTenantKeys({
    ...o,
    clock: systemClock,
    place: () => ({ provider: o.ring, key: 'voxkeep-default' }),
    provider: () => o.ring,
    onEvent: () => {},
    limits: { recheckMs: 60_000, graceMs: 0, maxTenants: 1, maxSealedWhileDown: 0 },
    cache: { keys: 0, maxAgeMs: 0, uses: 1 },
    spreadMs: 0,
  })
  await keys.open(tenant)
  return await Promise.all(recordings.map((object) => keys.openObject({ tenant, purpose: 'audio', object })))
}
