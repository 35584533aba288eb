import assert from 'node:assert/strict'
import { copyFileSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { runGatewayCommand } from '@voxkeep/deployment'
import { commands, type Backup } from '@voxkeep/sdk'
import { listBackups, openBackup, verifyBackup } from '#backup'
import { loadConfig, readSecret, silentLog, systemClock } from '#kernel'
import { openKeyProviders } from '#keys/providers'
import { folderStore } from '#objects'
import { detachedBackupKey } from '#src/backup-keys.ts'
import { runCli } from './support/cli.ts'
import { databaseRows } from './support/database-rows.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { audioMarkers, findMarkers, textMarkers, type Source } from './support/markers.ts'
import { callSpeech, isHeard, recordCall } from './support/record-call.ts'

const caller = '+12025550147'
const random = { bytes: nodeRandomBytes }

interface Restored {
  readonly id: string
  readonly rows: number
  readonly objects: number
  readonly lacking: readonly string[]
  readonly erased: number
}

describe('a backup, and a machine that has nothing but the key', { timeout: 240_000 }, () => {
  let gateway: GatewayProcess
  let data: string
  let vault: string
  const recordings: string[] = []
  const made: Backup[] = []
  /** The tables as the last backup found them. */
  let kept: Map<string, string>

  before(async () => {
    gateway = await startGateway({
      decide: (_, streamUrl) => [commands.record(), commands.stream(streamUrl)],
      scopes: [
        'calls:read',
        'recordings:read',
        'recordings:delete',
        'objects:read',
        'objects:verify',
        'backups:read',
        'backups:write',
        'audit:read',
      ],
      configure(settings) {
        settings['objects'] = {
          stores: [{ id: 'vault', kind: 'folder', dir: 'elsewhere' }],
          place: { backup: 'vault' },
        }
      },
    })
    data = gateway.deployment.dataDir
    vault = join(gateway.deployment.dir, 'elsewhere')
    recordings.push(await recordCall(gateway, 'first', caller))
  })
  after(() => gateway?.[Symbol.asyncDispose]())

  const files = () =>
    globSync('**/*', { cwd: join(vault, 'backup'), withFileTypes: true }).filter((entry) => entry.isFile())
  const backUp = async () => {
    const { code, output } = await runCli(gateway, 'backup', '--json')
    assert.equal(code, 0, output)
    const backup = JSON.parse(output.split('\n').find((line) => line.startsWith('{')) ?? '') as Backup
    made.push(backup)
    return backup
  }

  test('it is made while the gateway runs, and verified', async () => {
    const backup = await backUp()
    assert.deepEqual([backup.state, backup.objects, backup.copied, backup.reason], ['complete', 1, 1, null])
    assert.ok(backup.rows > 20)
    assert.ok(files().length > 20)
  })

  test('a second one copies only what is new', async () => {
    recordings.push(await recordCall(gateway, 'second', caller))
    const backup = await backUp()
    assert.deepEqual([backup.state, backup.objects, backup.copied], ['complete', 2, 1])
  })

  test('nothing of the calls lies in it in clear', () => {
    const sources: Source[] = files().map((entry) => ({
      name: entry.name,
      bytes: readFileSync(join(entry.parentPath, entry.name)),
    }))
    const said = encodeUlaw(callSpeech, new Uint8Array(callSpeech.length))
    const markers = [
      ...textMarkers('caller', caller.slice(1)),
      ...textMarkers('called', 'first'),
      ...audioMarkers('speech', said, 8),
    ]
    assert.deepEqual(findMarkers(sources, markers), [])
  })

  test('a flipped bit anywhere in it is found and named', async () => {
    const config = loadConfig(gateway.deployment.configPath)
    const keyringFile = join(data, 'keyring.json')
    await using providers = await openKeyProviders(config.keys.providers, {
      clock: systemClock,
      random,
      log: silentLog,
      readSecret,
      keyringFile,
    })
    const openKey = detachedBackupKey((id) => providers.get(id))
    const store = await folderStore({ id: 'vault', dir: vault, region: undefined, random })
    const [, id = ''] = await listBackups(store)
    const check = async () => {
      using backup = await openBackup(store, id, openKey)
      return await verifyBackup(store, backup, { objects: true })
    }
    assert.deepEqual((await check()).objects, 2)
    const own = files().filter(
      ({ parentPath }) => parentPath.includes(id) || parentPath.includes('/objects/'),
    )
    assert.ok(own.length > 20)
    for (const [at, { name, parentPath }] of own.entries()) {
      const path = join(parentPath, name)
      const bytes = readFileSync(path)
      const bit = (at * 7_919 + 3) % (bytes.length * 8)
      const changed = Buffer.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      writeFileSync(path, changed)
      await assert.rejects(check(), (error: { code: string; part: string }) => {
        assert.deepEqual([error.code, error.part], ['BACKUP_TAMPERED', name])
        return true
      })
      writeFileSync(path, bytes)
    }
    await check()
  })

  test('it is brought back, row by row, and object by object', async () => {
    const gone = recordings[0] ?? ''
    await gateway.stop()
    const row = JSON.parse(
      await runGatewayCommand(['backup', '--config', gateway.deployment.configPath]),
    ) as Backup
    assert.deepEqual([row.state, row.copied], ['complete', 0])
    kept = tablesOf(await databaseRows(data))
    // Afterwards a recording is erased for good, which a list kept elsewhere says; then the machine is lost.
    await gateway.restart()
    await gateway.api.recordings.delete(gone)
    const erased = join(gateway.deployment.dir, 'erased')
    writeFileSync(erased, (await runCli(gateway, 'backup', 'erasures')).output)
    await gateway.kill()
    renameSync(data, `${data}.lost`)
    mkdirSync(data, { mode: 0o700 })
    await assert.rejects(restore(), { detail: /keyring/ })
    copyFileSync(join(`${data}.lost`, 'keyring.json'), join(data, 'keyring.json'))

    const report = await restore('--erased', erased)
    assert.deepEqual([report.id, report.objects, report.lacking, report.erased], [row.id, 1, [], 1])
    compare(kept, tablesOf(await databaseRows(data)), gone)
    for (const entry of globSync('objects/audio/**/*.vxr', { cwd: data }))
      assert.deepEqual(readFileSync(join(data, entry)), readFileSync(join(`${data}.lost`, entry)))
    await assert.rejects(restore(), { detail: /holds something already/ })
  })

  test('a gateway starts over it: calls, recordings and the audit log are there, what was erased is not', async () => {
    const [gone = '', there = ''] = recordings
    await gateway.restart()
    assert.equal((await Array.fromAsync(gateway.api.calls.list())).length, 2)
    assert.ok(await isHeard(gateway, there))
    await assert.rejects(gateway.api.recordings.audio(gone))
    const checked = await gateway.api.objects.verify({ open: true, unlisted: true })
    assert.deepEqual([checked.checked, checked.missing, checked.altered, checked.unlisted], [1, [], [], []])
    const { ok, findings } = await gateway.api.audit.verify()
    assert.deepEqual([ok, findings], [true, []])
    const { code, output } = await runCli(gateway, 'backup', 'list')
    assert.equal(code, 0)
    assert.equal(output.match(/complete/g)?.length, 3, output)
    recordings.push(await recordCall(gateway, 'third', caller))
    assert.deepEqual([(await backUp()).copied], [1])
  })

  async function restore(...more: string[]): Promise<Restored> {
    const what = ['restore', '--config', gateway.deployment.configPath, ...more]
    return JSON.parse(await runGatewayCommand(what)) as Restored
  }
})

function tablesOf(sources: readonly Source[]): Map<string, string> {
  return new Map(sources.map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)]))
}

/** All tables are as they were, but for what a restore itself says, and for the recording `gone`. */
function compare(before: Map<string, string>, now: Map<string, string>, gone: string): void {
  const own = /^table (audit|backups$|kysely|nodes$)/
  const lines = (text: string | undefined) =>
    (text ?? '')
      .split('\n')
      .filter((line) => line !== '' && !line.includes(gone))
      .toSorted()
  let rows = 0
  for (const [name, text] of before) {
    if (own.test(name)) continue
    assert.deepEqual(lines(now.get(name)), lines(text), name)
    rows += lines(text).length
  }
  assert.ok(rows > 20)
  const entries = (tables: Map<string, string>) => lines(tables.get('table audit_leaves'))
  const restored = new Set(entries(now))
  const lost = entries(before).filter((entry) => !restored.has(entry) && !entry.includes('backup.completed'))
  assert.deepEqual(lost, [])
}
