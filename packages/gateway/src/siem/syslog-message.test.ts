import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import type { SecurityEvent } from './security-event.ts'
import { frameMessage, syslogMessage } from './syslog-message.ts'

/** What `unit: 'binary'` draws from; that would make a table of all million characters first. */
const anyCharacter = fc.nat({ max: 0x10ffff }).map((point) => String.fromCodePoint(point).toWellFormed())

const settings = { node: 'node-1', facility: 13, enterpriseId: 32_473, maxMessageBytes: 8_192 }
const event: SecurityEvent = {
  log: 'example/audit/acme',
  index: 7,
  at: '2026-11-21T10:00:00.000Z',
  tenant: 'acme',
  call: null,
  type: 'recording.read',
  actor: 'token:tok_1',
  fields: { recording: 'rec_1' },
  hash: 'ab',
}

/** A message taken apart as RFC 5424 §6 describes it, not as we write it. */
function parseSyslog(message: string) {
  const head = /^<(\d{1,3})>1 (\S+) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) /.exec(message)
  assert.ok(head, message)
  let rest = message.slice(head[0].length)
  const data: Record<string, Record<string, string>> = {}
  while (rest.startsWith('[')) {
    const id = /^\[([!-~]{1,32})/.exec(rest)?.[1] ?? ''
    rest = rest.slice(id.length + 1)
    const params: Record<string, string> = {}
    for (;;) {
      const param = /^ ([^=\s\]"]{1,32})="((?:[^"\\\]]|\\["\\\]])*)"/.exec(rest)
      if (param === null) break
      params[param[1] ?? ''] = (param[2] ?? '').replace(/\\(["\\\]])/g, '$1')
      rest = rest.slice(param[0].length)
    }
    assert.ok(rest.startsWith(']'), rest)
    rest = rest.slice(1)
    data[id] = params
  }
  assert.ok(rest.startsWith(' '))
  return { pri: Number(head[1]), at: head[2], msgid: head[6], data, msg: rest.slice(1) }
}

describe('syslogMessage()', () => {
  test('writes header, structured data and a sentence', () => {
    const { pri, at, msgid, data, msg } = parseSyslog(syslogMessage(event, settings))
    assert.deepEqual(
      [pri, at, msgid, msg],
      [109, event.at, 'recording.read', 'recording.read by token:tok_1'],
    )
    assert.equal(data['voxkeep@32473']?.['id'], 'example/audit/acme#7')
    assert.deepEqual(data['fields@32473'], { recording: 'rec_1' })
  })

  test('writes fields that a reader gets back as they were, whatever they hold', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'B', '9', '-', '.'), minLength: 1, maxLength: 32 })
    const value = fc.string({ unit: anyCharacter }).filter((text) => !/\p{Cc}/u.test(text))
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 5 }), (fields) => {
        const { data } = parseSyslog(syslogMessage({ ...event, fields }, settings))
        assert.deepEqual({ ...data['fields@32473'] }, { ...fields })
      }),
    )
  })

  test('writes one line that is taken apart again, whatever the event', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), fc.string(), (type, actor) => {
        const message = syslogMessage(
          { ...event, type, actor, at: actor, fields: { [type]: actor } },
          settings,
        )
        assert.doesNotMatch(message, /[\r\n\0]/)
        parseSyslog(message)
      }),
    )
  })

  test('leaves the longest fields out of a message that would be too long, and names them', () => {
    const fields = { long: 'x'.repeat(9_000), longer: 'é'.repeat(9_000), short: 'kept' }
    const message = syslogMessage({ ...event, fields }, settings)
    assert.ok(Buffer.byteLength(message) <= settings.maxMessageBytes)
    assert.deepEqual(parseSyslog(message).data['fields@32473'], { short: 'kept', omitted: 'long longer' })
  })

  test('leaves fields out of a JSON message likewise', () => {
    const fields = { long: 'x'.repeat(9_000), short: 'kept' }
    const message = syslogMessage({ ...event, fields }, settings, (one) => JSON.stringify(one.fields))
    assert.deepEqual(JSON.parse(parseSyslog(message).msg), { short: 'kept', omitted: 'long' })
  })
})

describe('frameMessage()', () => {
  test('says the length in octets, whatever the message', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (message) => {
        const framed = Buffer.from(frameMessage(message))
        const space = framed.indexOf(' ')
        assert.equal(Number(framed.toString('latin1', 0, space)), framed.byteLength - space - 1)
      }),
    )
  })
})
