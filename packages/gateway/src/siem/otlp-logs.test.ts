import assert from 'node:assert/strict'
import { test } from 'node:test'
import { otlpLogs } from './otlp-logs.ts'
import { rejectedRecords } from './otlp-sender.ts'

test('otlpLogs() writes 64-bit numbers as text and each value under its kind', () => {
  const event = {
    log: 'example/audit/acme',
    index: 7,
    at: '2026-11-21T10:00:00.123Z',
    tenant: 'acme',
    call: 'call_1',
    type: 'recording.read',
    actor: 'token:tok_1',
    fields: { bytes: 5, share: 0.5, whole: true, name: 'é', nothing: null },
    hash: 'ab',
  }
  const made = otlpLogs([event], { node: 'n', version: '1' }) as Logs
  const record = made.resourceLogs[0]?.scopeLogs[0]?.logRecords[0]
  assert.ok(record)
  assert.equal(record.timeUnixNano, '1795255200123000000')
  assert.deepEqual([record.severityNumber, record.severityText], [10, 'NOTICE'])
  const attributes = Object.fromEntries(record.attributes.map(({ key, value }) => [key, value]))
  assert.deepEqual(attributes['log.record.uid'], { stringValue: 'example/audit/acme#7' })
  assert.deepEqual(attributes['voxkeep.index'], { intValue: '7' })
  assert.deepEqual(attributes['voxkeep.field.bytes'], { intValue: '5' })
  assert.deepEqual(attributes['voxkeep.field.share'], { doubleValue: 0.5 })
  assert.deepEqual(attributes['voxkeep.field.whole'], { boolValue: true })
  assert.deepEqual(attributes['voxkeep.field.name'], { stringValue: 'é' })
  assert.equal('voxkeep.field.nothing' in attributes, false)
})

test('rejectedRecords() reads what a collector left out, and takes nonsense for nothing', () => {
  assert.equal(rejectedRecords('{"partialSuccess":{"rejectedLogRecords":"3"}}'), 3)
  assert.equal(rejectedRecords('{"partialSuccess":{"rejectedLogRecords":2}}'), 2)
  for (const answer of [
    '',
    '{}',
    'null',
    '[]',
    '{"partialSuccess":null}',
    '{"partialSuccess":{"rejectedLogRecords":-1}}',
  ])
    assert.equal(rejectedRecords(answer), 0, answer)
})

interface Logs {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly {
      readonly logRecords: readonly {
        readonly timeUnixNano: string
        readonly severityNumber: number
        readonly severityText: string
        readonly attributes: readonly { readonly key: string; readonly value: unknown }[]
      }[]
    }[]
  }[]
}
