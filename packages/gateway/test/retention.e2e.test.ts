import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { commands, type VoxkeepClient } from '@voxkeep/sdk'
import { runGatewayCommand } from '@voxkeep/deployment'
import { placeCall } from '@voxkeep/softphone'
import { parseNote } from '@voxkeep/tlog'
import { sql } from 'kysely'
import { openDatabase } from '#db'
import { silentLog } from '#kernel'
import { databaseRows } from './support/database-rows.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { filesBelow, findMarkers, textMarkers } from './support/markers.ts'
import { startProgram } from './support/program.ts'
import { sayWhen } from './support/say-when.ts'
import { spoken } from './support/spoken.ts'

const cliMain = join(import.meta.dirname, '../../cli/src/main.ts')
const numbers = { erased: '+12025550171', held: '+12025550172', kept: '+12025550173' } as const
type Who = keyof typeof numbers

describe('what is kept of calls, and for how long', () => {
  const stack = new AsyncDisposableStack()
  let gateway: GatewayProcess
  let api: VoxkeepClient
  const calls = {} as Record<Who, string>
  const recordings = {} as Record<Who, string>

  before(async () => {
    gateway = stack.use(
      await startGateway({
        decide: (_, streamUrl) => [commands.record(), commands.stream(streamUrl)],
        scopes: [
          'calls:read',
          'calls:write',
          'recordings:read',
          'recordings:delete',
          'holds:read',
          'holds:write',
          'subjects:read',
          'subjects:erase',
          'retention:read',
          'jobs:read',
          'jobs:write',
        ],
        configure: (settings) => {
          const keep = { audio: '5y', numbers: '5y', calls: '5y' }
          settings['retention'] = { policies: [{ id: 'advice', label: 'advice', mandatory: true, keep }] }
        },
      }),
    )
    api = gateway.api
    await Promise.all((Object.keys(numbers) as Who[]).map(callFrom))
    await api.calls.setVariables(calls.kept, { retention: 'advice' })
  })
  after(() => stack.disposeAsync())

  async function callFrom(who: Who): Promise<void> {
    const call = gateway.app.call(`desk-${who}`)
    const hangUp = new AbortController()
    const calling = placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from: numbers[who],
      to: `desk-${who}`,
      speech: sayWhen(call.stream(), spoken(2)),
      signal: hangUp.signal,
    })
    await (await call.stream()).heard(1)
    hangUp.abort()
    await calling
    recordings[who] = String((await call.told('recording.completed'))['recording_id'])
    await call.told('call.ended')
    calls[who] = await call.id()
  }

  /** The gateway, after the calls became so many days older. */
  async function age(days: number): Promise<void> {
    await gateway.stop()
    const locked = () => {
      throw new Error('nobody has the keys here')
    }
    const seal = { seal: locked, open: locked }
    {
      await using database = await openDatabase({ dir: gateway.deployment.dataDir, log: silentLog, seal })
      const older = sql.raw(`interval '${days} days'`)
      await sql`update calls set started_at = started_at - ${older}, policy_version = null`.execute(
        database.kysely,
      )
      await sql`update objects set policy_version = null`.execute(database.kysely)
    }
    await gateway.restart()
  }

  async function done(ask: Promise<{ readonly id: string }>) {
    const { id } = await ask
    return until(
      () => api.subjects.get(id),
      ({ state }) => state === 'done' || state === 'failed',
    )
  }

  async function sweep() {
    const before = await retentionJob()
    await api.jobs.run('retention')
    const job = await until(
      retentionJob,
      (now) => now.state === 'idle' && now.last_run_at !== before.last_run_at,
    )
    return job.last_result
  }
  const retentionJob = async () => {
    const job = (await api.jobs.list()).find(({ name }) => name === 'retention')
    assert.ok(job)
    return job
  }

  test('a person is found by number, however it is written, and by the id of a call', async () => {
    const { report } = await done(api.subjects.find('tel:+1 (202) 555-0171'))
    assert.partialDeepStrictEqual(report, { calls: 1, recordings: 1, callIds: [calls.erased] })
    const other = await done(api.subjects.find(recordings.held))
    assert.partialDeepStrictEqual(other.report, { calls: 1, callIds: [calls.held] })
    assert.partialDeepStrictEqual((await done(api.subjects.find('+4930999'))).report, { calls: 0 })
  })

  test('an export is a tar archive whose signed manifest names every file with its hash', async () => {
    const { id } = await done(api.subjects.export(numbers.erased, { audio: true }))
    const archive = Buffer.from(await new Response(await api.subjects.archive(id)).arrayBuffer())
    const tar = (...args: string[]) =>
      spawnSync('tar', args, { input: archive, maxBuffer: 64 * 1024 * 1024 }).stdout
    const files = tar('-tf', '-').toString().trim().split('\n')
    assert.deepEqual(files, [`calls/${calls.erased}.json`, `recordings/${recordings.erased}.wav`, 'MANIFEST'])
    const note = parseNote(tar('-xOf', '-', 'MANIFEST').toString())
    assert.equal(note?.signatures.length, 1)
    for (const file of files.slice(0, -1)) {
      const content = tar('-xOf', '-', file)
      const line = `${createHash('sha256').update(content).digest('hex')} ${content.length} ${file}`
      assert.ok(note?.text.includes(line), line)
    }
    const { call } = JSON.parse(tar('-xOf', '-', files[0] ?? '').toString()) as { call: { from: string } }
    assert.equal(call.from, numbers.erased)
  })

  test('a hold stands against erasing, and against deleting by command; the law does too, and both are told', async () => {
    const hold = await api.holds.place({ number: numbers.held, reason: 'case 7' })
    const held = await done(api.subjects.erase(numbers.held))
    assert.deepEqual(held.report?.['kept'], [
      { call: calls.held, object: null, why: 'hold', holds: [hold.id] },
    ])
    await assert.rejects(api.recordings.delete(recordings.held), { status: 409 })
    const kept = await done(api.subjects.erase(numbers.kept))
    const [reason] = (kept.report?.['kept'] ?? []) as Record<string, unknown>[]
    assert.partialDeepStrictEqual(reason, { object: recordings.kept, why: 'law', policy: 'advice' })
    for (const who of ['held', 'kept'] as const) {
      assert.equal((await api.recordings.get(recordings[who])).state, 'sealed')
      assert.equal((await api.calls.get(calls[who])).from, numbers[who])
    }
  })

  test('the command line shows holds, plans and jobs, and finds and exports', async () => {
    const { caFile } = gateway.deployment
    const env = {
      VOXKEEP_URL: `https://127.0.0.1:${gateway.apiPort}`,
      VOXKEEP_TOKEN: gateway.token,
      VOXKEEP_CA: caFile,
    }
    const cli = async (...args: string[]) => {
      const program = stack.use(
        await startProgram({ command: process.execPath, args: [cliMain, ...args], env }),
      )
      const { code } = await program.exited
      assert.equal(code, 0, program.output())
      return program.output()
    }
    const archive = join(await gateway.folder(), 'copy.tar')
    const [holds, plan, jobs, found, copied] = await Promise.all([
      cli('holds', 'list'),
      cli('retention', 'plan', '--by', '2100-01-01'),
      cli('jobs'),
      cli('subjects', 'find', numbers.erased),
      cli('subjects', 'export', numbers.erased, archive),
    ])
    assert.match(holds, /hold_[0-9a-f]+ +a number .*case 7/)
    assert.match(plan, /^audio +default +1 .*1 held/m)
    assert.match(jobs, /^retention +\w+/m)
    assert.match(found, /^calls +1$/m)
    const [key = ''] = /^\S+\/exports\+\S+$/m.exec(copied) ?? []
    assert.match(await cli('subjects', 'verify', archive, '--key', key), /1 files, as they were exported/)
  })

  test('what is erased is gone, with its key, and nobody finds it any more; its aggregates stay', async () => {
    const { report } = await done(api.subjects.erase(numbers.erased))
    assert.partialDeepStrictEqual(report, { calls: 1, kept: [], left: 0 })
    const [object] = (report?.['objects'] ?? []) as { object: string; wrappedKeySha256: string }[]
    assert.equal(object?.object, recordings.erased)
    assert.match(object?.wrappedKeySha256 ?? '', /^[0-9a-f]{64}$/)
    await assert.rejects(api.recordings.audio(recordings.erased), { status: 410 })
    const call = await api.calls.get(calls.erased)
    assert.partialDeepStrictEqual(call, {
      from: 'erased',
      to: 'erased',
      story: [],
      ladder: null,
      state: 'ended',
    })
    assert.partialDeepStrictEqual(call.receipt, { endReason: 'caller-hung-up' })
    assert.partialDeepStrictEqual((await done(api.subjects.find(numbers.erased))).report, { calls: 0 })
  })

  test('a policy deletes what is due with the next sweep, but not what is held or what another policy keeps', async () => {
    await age(40)
    const plan = await api.retention.plan()
    const audio = plan.lines.find(({ type }) => type === 'audio')
    assert.partialDeepStrictEqual(audio, { policy: 'default', count: 0, held: 1 })
    assert.partialDeepStrictEqual(await sweep(), { objects: 0, failed: 0 })
    assert.equal((await api.recordings.get(recordings.held)).state, 'sealed')
    const [hold] = await Array.fromAsync(api.holds.list({ active: true }))
    await api.holds.release(hold?.id ?? '', 'settled')
    assert.partialDeepStrictEqual(await sweep(), { objects: 1, failed: 0 })
    assert.equal((await api.recordings.get(recordings.held)).state, 'deleted')
    assert.equal((await api.calls.get(calls.held)).from, 'erased')
    assert.equal((await api.recordings.get(recordings.kept)).state, 'sealed')
    assert.equal((await api.calls.get(calls.kept)).from, numbers.kept)
  })

  test('no trace of either is left on the disk, not even sealed, and no number is readable anywhere', async () => {
    await gateway.stop()
    const { dataDir, configPath } = gateway.deployment
    const planned = await runGatewayCommand([
      'retention',
      'plan',
      '--config',
      configPath,
      '--by',
      '2100-01-01',
    ])
    assert.match(planned, /"type":"audio","policy":"advice"/)
    const rows = await databaseRows(dataDir)
    const files = filesBelow(dataDir)
    for (const who of ['erased', 'held'] as const)
      assert.deepEqual(
        files.filter(({ name }) => name.includes(recordings[who])).map(({ name }) => name),
        [],
      )
    assert.ok(files.some(({ name }) => name.includes(recordings.kept)))
    const markers = Object.values(numbers).flatMap((number) => textMarkers(number, number.slice(1)))
    assert.deepEqual(findMarkers([...rows, ...files], markers), [])
    const keys = rows.find(({ name }) => name === 'table data_keys')
    const left = Buffer.from(keys?.bytes ?? []).toString()
    assert.deepEqual(
      (Object.keys(numbers) as Who[]).filter((who) => left.includes(recordings[who])),
      ['kept'],
    )
    assert.ok(existsSync(join(dataDir, 'postgres')))
  })
})

async function until<T>(ask: () => Promise<T>, probe: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await ask()
    if (probe(answer)) return answer
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('it did not come about in time')
}
