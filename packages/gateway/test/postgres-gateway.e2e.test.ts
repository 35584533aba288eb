import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { runGatewayCommand } from '@voxkeep/deployment'
import { commands } from '@voxkeep/sdk'
import { placeCall } from '@voxkeep/softphone'
import { parse, stringify } from 'yaml'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import {
  startPostgres,
  withoutPostgres,
  type PostgresDatabase,
  type PostgresServer,
} from './support/postgres.ts'
import { recordedSides } from './support/recorded.ts'
import { sayWhen } from './support/say-when.ts'
import { matchSpeech } from './support/speech.ts'
import { spoken } from './support/spoken.ts'

const speech = spoken(4)

describe('a gateway on a PostgreSQL server', { skip: withoutPostgres(), timeout: 180_000 }, () => {
  const stack = new AsyncDisposableStack()
  let server: PostgresServer
  let database: PostgresDatabase
  let gateway: GatewayProcess

  before(async () => {
    server = stack.use(await startPostgres())
    database = await server.createDatabase()
    gateway = stack.use(
      await startGateway({
        configure: (settings) => void (settings['database'] = { ...database.settings, giveUpMs: 10_000 }),
        scopes: ['calls:read', 'recordings:read'],
        decide: (_, streamUrl) => [commands.record(), commands.stream(streamUrl)],
      }),
    )
  })
  after(() => stack.disposeAsync())

  /** One recorded call in whose middle something happens; how the phone saw it end. */
  const callThrough = async (to: string, meanwhile: () => Promise<void>, phoneWaits = true) => {
    const call = gateway.app.call(to)
    const hangUp = new AbortController()
    const calling = placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from: '+12025550142',
      to,
      speech: sayWhen(call.stream(), speech),
      signal: hangUp.signal,
    })
    const stream = await call.stream()
    await stream.heard(2)
    await meanwhile()
    if (phoneWaits) await stream.heard(5)
    hangUp.abort()
    return { phone: await calling, call }
  }
  const settled = async (to: string) => {
    const id = await gateway.app.call(to).id()
    const { state, end_reason: reason, story } = await gateway.api.calls.get(id)
    const recordings = await Array.fromAsync(gateway.api.recordings.list({ callId: id }))
    const trail = await gateway.api.calls.audit(id)
    return {
      state,
      reason,
      recordings,
      story: story.map(({ kind }) => kind),
      trail: trail.map(({ type }) => type),
    }
  }
  const isHeard = async (recording: string, seconds: number) => {
    const [caller] = await recordedSides(gateway.api, recording)
    const match = matchSpeech(speech.subarray(0, seconds * 8_000), caller)
    assert.ok(match.heard > 0.7, JSON.stringify(match))
  }

  /** An undisturbed call is kept whole: ended, sealed, audible, told and audited. */
  const isWhole = async (to: string) => {
    await gateway.app.call(to).told('recording.completed')
    await gateway.app.call(to).told('call.ended')
    const { state, reason, recordings, story, trail } = await settled(to)
    assert.deepEqual(
      [state, reason, recordings.map((one) => one.state)],
      ['ended', 'caller-hung-up', ['sealed']],
    )
    assert.ok(story.includes('ended'))
    for (const type of [
      'call.received',
      'call.answered',
      'recording.starting',
      'stream.opening',
      'call.ended',
    ])
      assert.ok(trail.includes(type), `${type} in ${trail.join()}`)
    await isHeard(recordings[0]?.id ?? '', 4)
  }

  test('keeps a recorded call there, and reads it back', async () => {
    await callThrough('plain', () => Promise.resolve())
    await isWhole('plain')
    const rows = await server.query(`select node, from_sealed from calls`, database.name)
    assert.equal(rows.length, 1)
    assert.equal(rows[0]?.['node'], 'voxkeep')
    assert.ok(!JSON.stringify(rows).includes('2025550142'))
  })

  test('goes on with a call in whose middle every session of the database is ended', async () => {
    await callThrough('sessions', async () => {
      for (let round = 0; round < 3; round++) await server.terminateSessions()
    })
    await isWhole('sessions')
  })

  test('goes on with a call in whose middle the server crashes and starts again', async () => {
    await callThrough('crash', async () => {
      await server.stop('immediate')
      await server.start()
    })
    await isWhole('crash')
  })

  test('settles what a kill -9 left open when it starts again at once', async () => {
    const killAndStart = async () => {
      await gateway.kill()
      await gateway.restart()
    }
    const { phone } = await callThrough('killed', killAndStart, false)
    assert.equal(phone.end.why, 'connection-lost')
    const { state, reason, recordings, trail } = await settled('killed')
    assert.deepEqual([state, reason], ['ended', 'gateway-crashed'])
    assert.deepEqual(
      recordings.map((one) => one.state),
      ['recovered'],
    )
    assert.ok(trail.includes('recording.recovered') && trail.includes('call.ended'))
    await isWhole('plain')
  })

  test('knows no owner of the tables where somebody migrates them beforehand', async () => {
    const fresh = await server.createDatabase()
    const { owner: _, ...settings } = fresh.settings
    const { configPath, dir } = gateway.deployment
    const config = { ...(parse(await readFile(configPath, 'utf8')) as object), database: settings }
    const path = join(dir, 'other.yaml')
    await writeFile(path, stringify(config))
    const create = ['token', 'create', '--config', path, '--name', 'test', '--scopes', 'calls:read']
    const notYet = (error: unknown) => /not up to date: run "voxkeep migrate"/.test(inspect(error))
    await assert.rejects(runGatewayCommand(create), notYet)
    const password = `file:${join(dir, 'owner')}`
    await writeFile(join(dir, 'owner'), fresh.password, { mode: 0o600 })
    await runGatewayCommand(['migrate', '--config', path, '--user', fresh.ownerUser, '--password', password])
    assert.match(await runGatewayCommand(create), /^vk_/)
  })

  test('ends, and says why, when the server stays away; and writes no password down', async () => {
    await server.stop()
    const { code } = await gateway.process.exited
    assert.equal(code, 1)
    assert.match(gateway.process.output(), /the database is lost; stopping/)
    await assert.rejects(gateway.restart(), /cannot be reached/)
    assert.ok(!gateway.process.output().includes(database.password))
    await server.start()
    await gateway.restart()
    await isWhole('plain')
  })
})
