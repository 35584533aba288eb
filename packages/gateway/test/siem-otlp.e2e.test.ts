import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { Secret, silentLog, systemClock } from '#kernel'
import { startSiem, type Siem } from '#siem'
import { siem as siemSchema } from '#src/kernel/config-siem.ts'
import { memoryCursors, memoryLogs } from '#src/siem/memory-logs.ts'
import { startOtlpCollector, type OtlpCollector } from './support/otlp-collector.ts'

describe('security events to an OTLP collector', { timeout: 60_000 }, () => {
  test('arrive once each, in order, with their attributes, by whom the token says', async () => {
    await using world = await openWorld()
    world.logs.append('recording.read', { recording: 'rec_1', bytes: 5 }, { call: 'call_1' })
    for (let n = 1; n < 2_500; n++) world.logs.append('call.ended', { n })
    await using _siem = world.start()
    const { collector } = world
    await collector.until('all of them', (records) => records.length >= 2_500)
    assert.deepEqual(indexes(collector), Array.from(collector.records.keys()))
    assert.deepEqual([...collector.authorizations], ['Bearer token'])
    assert.partialDeepStrictEqual(collector.records[0], {
      body: 'recording.read',
      severityNumber: 10,
      attributes: {
        'log.record.uid': 'voxkeep.test/default#0',
        'voxkeep.call': 'call_1',
        'voxkeep.field.bytes': 5n,
      },
    })
  })

  for (const how of ['overloaded', 'hangs'] as const)
    test(`wait while it ${how === 'hangs' ? how : 'is overloaded'}, and come when it is well`, async () => {
      await using world = await openWorld()
      world.collector.behave(how)
      for (let n = 0; n < 10; n++) world.logs.append('call.ended', { n })
      await using siem = world.start()
      assert.equal(await world.failure(), how === 'hangs' ? 'SIEM_TIMEOUT' : 'SIEM_REFUSED')
      assert.equal(siem.collectors[0]?.behind.events, 10)
      world.collector.behave('well')
      await world.collector.until('all of them', (records) => records.length === 10)
    })

  test('are not sent again when it rejects some for good, which is counted', async () => {
    await using world = await openWorld()
    world.collector.behave('rejects-some')
    world.logs.append('call.ended')
    await using _siem = world.start()
    await world.rejected()
    world.logs.append('call.started')
    await world.collector.until('the next', (records) => records.length === 2)
  })

  test('go to nobody whose certificate is of another authority, or not the one that is pinned', async () => {
    await using world = await openWorld()
    await using strangers = await startOtlpCollector()
    world.logs.append('call.ended')
    const other = Array.from({ length: 32 }, () => 'ab').join(':')
    for (const settings of [{ url: strangers.url }, { tls: { fingerprints: [other] } }]) {
      await using siem = world.start(settings)
      assert.match(await world.failure(), /^SIEM_(?:TLS|CONNECT)$/)
      assert.equal(siem.collectors[0]?.behind.events, 1)
    }
    assert.deepEqual([...world.collector.records, ...strangers.records], [])
  })
})

interface World extends AsyncDisposable {
  readonly collector: OtlpCollector
  readonly logs: ReturnType<typeof memoryLogs>
  start(settings?: Readonly<Record<string, unknown>>): Siem
  failure(): Promise<string>
  rejected(): Promise<void>
}

async function openWorld(): Promise<World> {
  const collector = await startOtlpCollector()
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-otlp-'))
  const caFile = join(dir, 'ca.pem')
  await writeFile(caFile, collector.caPem)
  const logs = memoryLogs()
  const cursors = memoryCursors()
  let failed = Promise.withResolvers<string>()
  const rejected = Promise.withResolvers<void>()
  return {
    collector,
    logs,
    start({ tls, ...settings } = {}) {
      failed = Promise.withResolvers<string>()
      const one = {
        id: 'soc',
        kind: 'otlp',
        url: collector.url,
        flushMs: 20,
        timeoutMs: 500,
        authorization: 'env:T',
      }
      const given = { ...one, ...settings, tls: { caFile, ...(tls as object) } }
      return startSiem({
        collectors: siemSchema.parse({ collectors: [given] }).collectors,
        logs,
        cursors,
        clock: systemClock,
        random: { bytes: nodeRandomBytes },
        log: silentLog,
        node: 'node-1',
        holder: 'node-1',
        version: '1.2.3',
        readSecret: () => new Secret('Bearer token'),
        count(name, labels) {
          if (name === 'siem_failures') failed.resolve(labels['why'] ?? '')
          if (name === 'siem_events_rejected') rejected.resolve()
        },
        onLag: () => {},
      })
    },
    failure: () => failed.promise,
    rejected: () => rejected.promise,
    async [Symbol.asyncDispose]() {
      await collector[Symbol.asyncDispose]()
      await rm(dir, { recursive: true })
    },
  }
}

function indexes({ records }: OtlpCollector): number[] {
  return records.map(({ attributes }) => Number(attributes['voxkeep.index']))
}
