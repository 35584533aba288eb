import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, test } from 'node:test'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { Secret, silentLog, systemClock } from '#kernel'
import { startSiem, type Siem } from '#siem'
import { siem as siemSchema } from '#src/kernel/config-siem.ts'
import { memoryCursors, memoryLogs } from '#src/siem/memory-logs.ts'
import {
  startCollector,
  withoutCollector,
  type Collected,
  type SyslogCollector,
} from './support/syslog-collector.ts'

/** Two collectors that we did not write take what the gateway sends, through outages of either side. */
for (const kind of ['rsyslog', 'syslog-ng'] as const) {
  describe(`security events to ${kind}`, { skip: withoutCollector(kind) }, () => {
    test('arrive complete, in order, with every field as it was', async () => {
      await using world = await openWorld(kind)
      const reason = 'a "quoted" ]text\\ with é, = and |'
      world.logs.append('recording.read', { recording: 'rec_1', reason, bytes: 5 }, { call: 'call_1' })
      for (let n = 1; n < 3_000; n++) world.logs.append('call.ended', { n })
      await using _siem = world.start()
      const messages = await world.collector.until((found) => found.length >= 3_000)
      assert.deepEqual(indexes(messages), Array.from(messages.keys()))
      const [first] = messages
      assert.ok(first)
      assert.equal(first.pri, String(13 * 8 + 5))
      assert.deepEqual([first.host, first.app, first.msgid], ['node-1', 'voxkeep', 'recording.read'])
      assert.equal(first.msg, 'recording.read by system')
      assert.deepEqual(first.data['fields'], { recording: 'rec_1', reason, bytes: '5' })
      assert.deepEqual(first.data['voxkeep'], {
        id: 'voxkeep.test/default#0',
        log: 'voxkeep.test/default',
        index: '0',
        tenant: 'default',
        call: 'call_1',
        type: 'recording.read',
        actor: 'system',
        hash: '0'.repeat(64),
      })
    })

    for (const signal of ['SIGKILL', 'SIGTERM'] as const)
      test(`lose nothing when the collector is stopped in mid-stream with ${signal} and comes back`, async () => {
        await using world = await openWorld(kind)
        await using siem = world.start({ batchEvents: 50, flushMs: 0 })
        let written = 0
        const write = (count: number) => {
          for (let n = 0; n < count; n++) world.logs.append('call.ended', { n: written++ })
        }
        write(1_000)
        await world.collector.until((found) => found.length > 100)
        await world.collector.stop(signal)
        write(1_000)
        while ((siem.collectors[0]?.behind.events ?? 0) < 1_000) await pause(20) // nobody listens
        await world.collector.start()
        write(1_000)
        const messages = await world.collector.until((found) => new Set(indexes(found)).size >= 3_000)
        assertOrder(messages)
      })

    test('lose nothing when the gateway stops in mid-stream and starts again', async () => {
      await using world = await openWorld(kind)
      for (let n = 0; n < 2_000; n++) world.logs.append('call.ended', { n })
      for (let run = 0; run < 5; run++) {
        await using _siem = world.start({ batchEvents: 100, flushMs: 0 })
        await world.collector.until((found) => new Set(indexes(found)).size > run * 300)
      }
      await using _siem = world.start({ batchEvents: 100, flushMs: 0 })
      const messages = await world.collector.until((found) => new Set(indexes(found)).size >= 2_000)
      assertOrder(messages)
    })

    test('go to nobody whose authority or name is another, and from nobody without the right certificate', async () => {
      await using world = await openWorld(kind)
      world.logs.append('call.ended')
      const { ca, strangersCa, strangerCert, strangerKey } = world.collector.files
      const wrong = [
        [{ caFile: strangersCa }, 'SIEM_TLS'],
        [{ caFile: ca, serverName: 'another.test' }, 'SIEM_TLS'],
        [{ caFile: ca, fingerprints: [Array.from({ length: 32 }, () => 'AB').join(':')] }, 'SIEM_TLS'],
        [{ clientCertificate: { certFile: strangerCert, keyFile: strangerKey } }, undefined],
        [{ clientCertificate: undefined }, undefined],
      ] as const
      for (const [tls, code] of wrong) {
        await using siem = world.start({ tls })
        const why = await world.failure()
        if (code !== undefined) assert.equal(why, code)
        assert.equal(siem.collectors[0]?.behind.events, 1)
      }
      assert.deepEqual(world.collector.collected(), [])
      await using _siem = world.start()
      await world.collector.until((found) => found.length === 1)
    })

    for (const format of ['ocsf', 'cef'] as const)
      test(`arrive as ${format}`, async () => {
        await using world = await openWorld(kind)
        world.logs.append('recording.read', { recording: 'rec_1', reason: 'a|b=c\\d "é"' })
        await using _siem = world.start({ format })
        const [message] = await world.collector.until((found) => found.length === 1)
        assert.ok(message)
        if (format === 'ocsf')
          assert.partialDeepStrictEqual(JSON.parse(message.msg), {
            class_uid: 6005,
            activity_id: 1,
            metadata: { uid: 'voxkeep.test/default#0' },
            unmapped: { fields: { reason: 'a|b=c\\d "é"' } },
          })
        else
          assert.match(
            message.msg,
            /^CEF:0\|Voxkeep\|Voxkeep\|1\.2\.3\|recording\.read\|recording read\|3\|rt=\d+ /,
          )
      })
  })
}

interface World extends AsyncDisposable {
  readonly collector: SyslogCollector
  readonly logs: ReturnType<typeof memoryLogs>
  start(settings?: Readonly<Record<string, unknown>>): Siem
  /** Why the next attempt fails. */
  failure(): Promise<string>
}

async function openWorld(kind: 'rsyslog' | 'syslog-ng'): Promise<World> {
  const collector = await startCollector(kind)
  const logs = memoryLogs()
  const cursors = memoryCursors()
  let failed = Promise.withResolvers<string>()
  const { ca, clientCert, clientKey } = collector.files
  const right = {
    caFile: ca,
    serverName: 'collector.test',
    clientCertificate: { certFile: clientCert, keyFile: clientKey },
  }
  return {
    collector,
    logs,
    start({ tls, ...settings } = {}) {
      failed = Promise.withResolvers<string>()
      const one = { id: 'soc', kind: 'syslog', host: '127.0.0.1', port: collector.port, flushMs: 20 }
      const given = { ...one, ...settings, tls: { ...right, ...(tls as object) } }
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
        readSecret: () => new Secret(''),
        count: (name, labels) => {
          if (name === 'siem_failures') failed.resolve(labels['why'] ?? '')
        },
        onLag: () => {},
      })
    },
    async failure() {
      const why = await failed.promise
      failed = Promise.withResolvers()
      return why
    },
    [Symbol.asyncDispose]: () => collector[Symbol.asyncDispose](),
  }
}

function indexes(messages: readonly Collected[]): number[] {
  return messages.map(({ data }) => Number(data['voxkeep']?.['index']))
}

/** Nothing is missing, and nothing comes before what was logged before it: a repetition goes back and then on without a gap. */
function assertOrder(messages: readonly Collected[]): void {
  let highest = -1
  let before = -1
  for (const index of indexes(messages)) {
    assert.ok(index === before + 1 || index <= highest, `${index} follows ${before}`)
    highest = Math.max(highest, index)
    before = index
  }
  assert.equal(new Set(indexes(messages)).size, highest + 1)
}
