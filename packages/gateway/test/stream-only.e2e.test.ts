import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { commands } from '@voxkeep/sdk'
import { placeCall, type CallResult } from '@voxkeep/softphone'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { databaseRows } from './support/database-rows.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import {
  audioMarkers,
  filesBelow,
  findMarkers,
  textMarkers,
  textSource,
  type Source,
} from './support/markers.ts'
import { sayWhen } from './support/say-when.ts'
import { matchSpeech } from './support/speech.ts'
import { spoken } from './support/spoken.ts'

const caller = '+12025550199'
const called = 'nobody-keeps-this'
const noted = 'a-note-about-somebody'
const speech = spoken(3)

describe('a call of a stream-only tenant', () => {
  const stack = new AsyncDisposableStack()
  let gateway: GatewayProcess
  let phone: CallResult
  let written: Source[]
  const tableOf = (name: string) =>
    Buffer.from(written.find((source) => source.name === `table ${name}`)?.bytes ?? []).toString()

  before(async () => {
    gateway = stack.use(
      await startGateway({
        decide: (_, streamUrl) => [commands.record(), commands.stream(streamUrl)],
        scopes: [
          'calls:read',
          'calls:write',
          'recordings:read',
          'subjects:read',
          'jobs:write',
          'retention:read',
        ],
        logLevel: 'debug',
        configure: (settings) => {
          settings['tenants'] = [{ id: 'default', retention: { mode: 'stream-only' } }]
        },
      }),
    )
    const call = gateway.app.call(called)
    const hangUp = new AbortController()
    const calling = placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from: caller,
      to: called,
      speech: sayWhen(call.stream(), speech),
      signal: hangUp.signal,
    })
    const stream = await call.stream()
    const { from } = await gateway.api.calls.get(await call.id())
    assert.equal(from, caller) // while it lives, it is known
    await gateway.api.calls.setVariables(await call.id(), { note: noted })
    await stream.heard(4.5)
    hangUp.abort()
    phone = await calling
    assert.ok(matchSpeech(speech, stream.samples()).heard > 0.7)
    await call.told('call.ended')
    await gateway.api.jobs.run('retention')
    await gateway.stop()
    const { dataDir } = gateway.deployment
    written = [
      ...filesBelow(dataDir),
      ...(await databaseRows(dataDir)),
      textSource('output', gateway.process.output()),
    ]
  })
  after(() => stack.disposeAsync())

  test('works as any other call does', () => {
    assert.ok(matchSpeech(speech, phone.heard).heard > 0.7)
    assert.ok(gateway.app.events.some(({ type }) => type === 'stream.started'))
  })

  test('is not recorded, and the app is told why', () => {
    const refused = gateway.app.events.find(({ type }) => type === 'recording.refused')
    assert.equal((refused?.data as { reason?: string } | undefined)?.reason, 'STREAM_ONLY')
  })

  test('leaves no number, no name, no note and no sound, in no file, row or log', () => {
    const audio = encodeUlaw(speech, new Uint8Array(speech.length))
    const markers = [
      ...textMarkers('caller', caller.slice(1)),
      ...textMarkers('called', called),
      ...textMarkers('note', noted),
      ...audioMarkers('speech', audio),
    ]
    assert.deepEqual(findMarkers(written, markers), [])
    // What was searched is searchable: a marker that was planted is found.
    assert.equal(findMarkers([...written, textSource('planted', `x${caller}x`)], markers).length, 1)
  })

  test('leaves no row but entries in the audit log that name nobody', () => {
    const tables = [
      'calls',
      'call_events',
      'call_legs',
      'recordings',
      'objects',
      'outbox',
      'deliveries',
      'call_receipts',
      'data_keys',
    ]
    for (const table of tables) {
      assert.ok(
        written.some(({ name }) => name === `table ${table}`),
        table,
      )
      assert.equal(tableOf(table), '', table)
    }
    const entries = tableOf('audit_leaves')
    for (const type of [
      'call.received',
      'call.answered',
      'recording.refused',
      'stream.opening',
      'call.ended',
    ])
      assert.ok(entries.includes(type), type)
    assert.ok(!entries.includes('person:'), 'not even a pseudonym')
    assert.ok(!/"source\\*"/.test(entries), 'nor where the call came from')
    assert.ok(!existsSync(`${gateway.deployment.dataDir}/recordings`))
  })
})
