import assert from 'node:assert/strict'
import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { runGatewayCommand } from '@voxkeep/deployment'
import type { Scope } from '@voxkeep/sdk'
import { parse, stringify } from 'yaml'
import { ageCalls, tablesOf } from './keep-tables.ts'
import { startPlaces, withoutPlaces, type KeepPlace, type Places } from './keep-places.ts'
import { runCli } from './cli.ts'
import type { Settings } from './gateway-process.ts'
import { audioMarkers, filesBelow, findMarkers, textMarkers, textSource } from './markers.ts'
import { recordedSides } from './recorded.ts'
import { matchSpeech } from './speech.ts'
import { spoken } from './spoken.ts'
import { twoTenants, type Tenant, type TwoTenants } from './two-tenants.ts'

const scopes: readonly Scope[] = [
  ...([
    'calls:read',
    'calls:write',
    'recordings:read',
    'objects:read',
    'objects:verify',
    'keys:read',
    'keys:write',
  ] as const),
  ...(['keys:destroy', 'audit:read', 'audit:admin', 'jobs:read', 'jobs:write', 'retention:read'] as const),
]
const said = spoken(3)
const saidSeconds = 4.5 // what is listened for, the way there included
const note = 'Noted-Marker-7319-of-the-call'
const called = 'Called-Marker-4471'
const backedUp = /^table (?!audit|backups$|kysely|nodes$)/

/** Everything that is kept, shown on one way of keeping it: two tenants' calls, from the phone to their destruction. */
export function keepSuite(place: KeepPlace): void {
  void describe(`what is kept, ${place}`, { skip: withoutPlaces(place), timeout: 400_000 }, () => {
    const stack = new AsyncDisposableStack()
    let places: Places
    let at: TwoTenants
    const recordings = { mine: '', theirs: '' }

    before(async () => {
      places = stack.use(await startPlaces(place))
      at = stack.use(await twoTenants((settings) => configure(settings, places), scopes))
      const recorded = await Promise.all([
        at.default.record(called, saidSeconds),
        at.rival.record('theirs', saidSeconds),
      ])
      ;[recordings.mine, recordings.theirs] = recorded
      const { call_id: call } = await at.default.api.recordings.get(recordings.mine)
      await at.default.api.calls.setVariables(call, { note })
    })
    after(() => stack.disposeAsync())

    const bothAreHeard = async () => {
      assert.ok(await isHeard(at.default, recordings.mine))
      assert.ok(await isHeard(at.rival, recordings.theirs))
    }

    void test('recordings go to their store, and are heard from there by their own tenant alone', async () => {
      for (const [{ api }, id] of [
        [at.default, recordings.mine],
        [at.rival, recordings.theirs],
      ] as const)
        await until(async () => (await api.objects.get(id)).state === 'stored')
      await bothAreHeard()
      await assert.rejects(at.rival.api.recordings.audio(recordings.mine), { status: 404 })
      const checked = await at.default.api.objects.verify({ open: true })
      assert.deepEqual([checked.checked, checked.missing, checked.altered], [1, [], []])
    })

    void test('keys rotate, and what is under the old ones is wrapped again', async () => {
      const { api } = at.default
      const { key_ref: before } =
        (await api.keys.get()).keys.find(({ purpose }) => purpose === 'audio') ?? assert.fail()
      await api.keys.rotate('all')
      await until(async () => (await api.keys.get()).rewrap?.state === 'done')
      await pause(2_100) // nodes of one database are given two seconds to hear of it
      await api.keys.rotate('audio')
      await until(async () => (await api.keys.get()).rewrap?.state === 'done')
      const { keys } = await api.keys.get()
      const audio = keys.filter(({ purpose, state }) => purpose === 'audio' && state !== 'destroyed')
      assert.ok(
        audio.every(({ key_ref: ref }) => ref !== before),
        JSON.stringify(audio),
      )
      assert.equal(audio.find(({ objects }) => objects > 0)?.version === 1, false)
      await bothAreHeard()
    })

    void test('the audit log is verified offline, and so is a call’s receipt', async () => {
      const folder = await at.gateway.folder()
      const [keys, log, receipt] = ['keys', 'log', 'receipt'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ]
      await writeFile(keys, (await runCli(at.gateway, 'audit', 'keys')).output)
      const { call_id: call } = await at.default.api.recordings.get(recordings.mine)
      await ok(runCli(at.gateway, 'audit', 'export', log))
      assert.match(await ok(runCli(at.gateway, 'audit', 'verify', log, '--key', keys)), /the log is intact/)
      await ok(runCli(at.gateway, 'receipt', 'get', call, '--out', receipt))
      assert.match(
        await ok(runCli(at.gateway, 'receipt', 'verify', receipt, '--key', keys)),
        /the receipt is intact/,
      )
      assert.deepEqual((await at.default.api.audit.verify()).findings, [])
    })

    // The one whose store locks what it has.
    if (place === 'postgres-s3-vault')
      void test('checkpoints are anchored where nobody can remove them', async () => {
        let anchors = await places.anchors()
        await until(async () => (anchors = await places.anchors()).length > 0)
        for (const anchor of anchors) {
          assert.match(anchor.note, /^\S+\n\d+\n[A-Za-z0-9+/]{43}=\n\n— /)
          assert.equal(anchor.mode, 'COMPLIANCE')
          assert.ok((anchor.until?.getTime() ?? 0) > Date.now() + 23 * 3_600_000)
        }
      })

    void test('nobody finds a number, a note or a word in the files, the stores or the database', async () => {
      await at.gateway.stop()
      const { deployment, process } = at.gateway
      const sources = [
        ...filesBelow(deployment.dataDir),
        ...(await places.outside()),
        textSource('output', process.output()),
      ]
      const rows = await tablesOf(deployment.configPath)
      sources.push(...[...rows].map(([name, lines]) => textSource(name, lines.join('\n'))))
      assert.ok(
        sources.some(({ name }) => name.includes(recordings.mine)),
        'the recording is among them',
      )
      const markers = [
        ...textMarkers('caller', '2025550142'),
        ...textMarkers('called', called),
        ...textMarkers('note', note),
        ...audioMarkers('speech', encodeUlaw(said, new Uint8Array(said.length)), 8),
      ]
      assert.deepEqual(findMarkers(sources, markers), [])
    })

    void test('a backup is brought back onto an empty machine, and everything is there', async () => {
      const { deployment } = at.gateway // which the test before has stopped
      await runGatewayCommand(['backup', '--config', deployment.configPath])
      const before = await tablesOf(deployment.configPath)
      const lost = `${deployment.dataDir}.lost`
      await rename(deployment.dataDir, lost)
      await mkdir(deployment.dataDir, { mode: 0o700 })
      if (place === 'embedded')
        await copyFile(join(lost, 'keyring.json'), join(deployment.dataDir, 'keyring.json'))
      await reconfigure(deployment.configPath, await places.emptied())
      const report = JSON.parse(
        await runGatewayCommand(['restore', '--config', deployment.configPath]),
      ) as object
      assert.partialDeepStrictEqual(report, { objects: 2, lacking: [] })
      const now = await tablesOf(deployment.configPath)
      for (const [name, lines] of before)
        if (backedUp.test(name)) assert.deepEqual(now.get(name), lines, name)
      const entries = new Set(now.get('table audit_leaves'))
      const gone = before
        .get('table audit_leaves')
        ?.filter((line) => !entries.has(line) && !line.includes('backup.completed'))
      assert.deepEqual(gone, [])
      await at.gateway.restart()
      await bothAreHeard()
      assert.deepEqual((await at.default.api.audit.verify()).findings, [])
    })

    void test('what is due is deleted, from its store too, and the log has the receipt of it', async () => {
      const { api } = at.default
      await at.gateway.stop()
      await ageCalls(at.gateway.deployment.configPath, 'default', 40)
      await at.gateway.restart()
      const sweep = async () => (await api.jobs.list()).find(({ name }) => name === 'retention')
      const last = await sweep()
      await api.jobs.run('retention')
      await until(async () => {
        const job = await sweep()
        return job?.state === 'idle' && job.last_run_at !== last?.last_run_at
      })
      assert.equal((await api.recordings.get(recordings.mine)).state, 'deleted')
      const { data } = await api.audit.list({ type: 'retention.deleted' })
      assert.ok(
        data.some(({ fields }) => JSON.stringify(fields).includes(recordings.mine)),
        JSON.stringify(data),
      )
      const left = (await places.outside()).filter(({ name }) => name.endsWith(`${recordings.mine}.vxr`))
      assert.ok(
        left.every(({ name }) => /backup|-1\//.test(name)),
        JSON.stringify(left.map(({ name }) => name)),
      )
      assert.ok(await isHeard(at.rival, recordings.theirs))
    })

    void test('a tenant whose keys are destroyed is unreadable, its rows included; the other goes on', async () => {
      const destroyed = await at.rival.api.keys.destroy('rival')
      assert.ok(
        destroyed.keys.length > 0 && destroyed.providers.every(({ code }) => code === null),
        JSON.stringify(destroyed),
      )
      await assert.rejects(at.rival.api.recordings.audio(recordings.theirs))
      await assert.rejects(async () => at.rival.api.calls.list())
      const again = await at.default.record('afterwards', saidSeconds)
      assert.ok(await isHeard(at.default, again))
    })
  })
}

function configure(settings: Settings, places: Places): void {
  const { keys: known } = settings as { keys?: object }
  const { keys, ...sections } = places.settings()
  const isLocal = (keys as { providers: { kind: string }[] }).providers.some(({ kind }) => kind === 'local')
  Object.assign(settings, sections, { keys: isLocal ? known : { ...(keys as object), recheckMs: 1_000 } })
}

/** New stores and a new database; the keys stay as they are. */
async function reconfigure(path: string, sections: Readonly<Record<string, unknown>>): Promise<void> {
  const settings = parse(await readFile(path, 'utf8')) as Settings
  await writeFile(path, stringify({ ...settings, ...sections, keys: settings['keys'] }))
}

async function isHeard({ api }: Tenant, id: string): Promise<boolean> {
  const [caller] = await recordedSides(api, id)
  const match = matchSpeech(said, caller)
  return match.heard > 0.7
}

async function ok(run: ReturnType<typeof runCli>): Promise<string> {
  const { code, output } = await run
  assert.equal(code, 0, output)
  return output
}

async function until(probe: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await probe()) return
    await pause(100)
  }
  throw new Error(`it did not come about in time: ${probe.toString()}`)
}
