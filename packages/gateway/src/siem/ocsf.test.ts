import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { ocsfClasses } from './ocsf-classes.ts'
import { ocsfEvent } from './ocsf.ts'
import type { SecurityEvent } from './security-event.ts'

const file = join(import.meta.dirname, '../../../../spec/ocsf-1.9.schema.json')
const validate = new Ajv2020({ strict: true, strictRequired: false, allErrors: true }).compile(
  JSON.parse(await readFile(file, 'utf8')) as object,
)
const source = { node: 'node-1', version: '1.2.3' }
const event = (
  type: string,
  fields: SecurityEvent['fields'] = {},
  call: string | null = null,
): SecurityEvent => ({
  log: 'example/audit/acme',
  index: 7,
  at: '2026-11-21T10:00:00.000Z',
  tenant: 'acme',
  call,
  type,
  actor: 'token:tok_1',
  fields,
  hash: 'ab'.repeat(32),
})

/** Type of event, class and activity. */
const expected = [
  ['token.issue', 3004, 1],
  ['token.revoke', 3004, 4],
  ['keys.refused', 3004, 3],
  ['keys.tenant-destroyed', 3004, 4],
  ['certificate.expiring', 3004, 99],
  ['edge.certificate-refused', 3002, 1],
  ['hold.placing', 3004, 1],
  ['secrets.changed', 3004, 3],
  ['object.tampered', 6005, 99],
  ['retention.deleted', 6005, 7],
  ['recording.read', 6005, 1],
  ['recording.marks-read', 6005, 1],
  ['recording.delete', 6005, 7],
  ['recording.starting', 6005, 6],
  ['audit.export', 6005, 4],
  ['audit.unreadable', 2004, 1],
  ['alert.raised', 2004, 1],
  ['alert.acknowledge', 2004, 2],
  ['call.create', 6003, 1],
  ['call.hangup', 6003, 4],
  ['call.received', 6003, 99],
  ['something.new', 6003, 99],
] as const

describe('ocsfEvent()', () => {
  for (const [type, uid, activity] of expected)
    test(`makes class ${uid} of ${type}, as the schema has it`, () => {
      const made = ocsfEvent(event(type, { token: 'tok_2', alert: 'alrt_1' }, 'call_1'), source)
      assert.deepEqual(
        [made['class_uid'], made['activity_id'], made['type_uid']],
        [uid, activity, uid * 100 + activity],
      )
      assert.equal(validate(made), true, JSON.stringify(validate.errors))
    })

  test('names the event by its place in the log, so that a repetition shows', () => {
    assert.partialDeepStrictEqual(ocsfEvent(event('call.received'), source), {
      metadata: { uid: 'example/audit/acme#7', sequence: 7, tenant_uid: 'acme' },
      unmapped: { entry_hash: 'ab'.repeat(32) },
    })
  })

  test('keeps to the classes that the schema describes', () => {
    assert.deepEqual(
      Object.values(ocsfClasses)
        .map(({ uid }) => uid)
        .toSorted((a, b) => a - b),
      [2004, 3002, 3004, 6003, 6005],
    )
  })

  test('is refused by the schema when a class’s own part is missing', () => {
    const { api: _api, ...rest } = ocsfEvent(event('call.received'), source)
    assert.equal(validate(rest), false)
  })
})
