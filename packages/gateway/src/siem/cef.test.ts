import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { cefMessage } from './cef.ts'
import type { SecurityEvent } from './security-event.ts'

/** What `unit: 'binary'` draws from; that would make a table of all million characters first. */
const anyCharacter = fc.nat({ max: 0x10ffff }).map((point) => String.fromCodePoint(point).toWellFormed())

const event: SecurityEvent = {
  log: 'example/audit/acme',
  index: 7,
  at: '2026-11-21T10:00:00.000Z',
  tenant: 'acme',
  call: 'call_1',
  type: 'recording.read',
  actor: 'token:tok_1',
  fields: { recording: 'rec_1' },
  hash: 'ab',
}

/** The header's parts and the extension's pairs, taken apart by CEF's own rules. */
function parseCef(message: string) {
  const header: string[] = []
  let rest = message
  while (header.length < 7) {
    const part = /^((?:[^\\|]|\\[\\|])*)\|/.exec(rest)
    assert.ok(part, message)
    header.push((part[1] ?? '').replace(/\\([\\|])/g, '$1'))
    rest = rest.slice(part[0].length)
  }
  // A key stands at the beginning or after a space, before an equals sign that is not escaped.
  const keys = [...rest.matchAll(/(?<=^| )(\w+)(?<!\\)=/g)]
  const pairs = keys.map((found, n) => {
    const value = rest.slice(found.index + found[0].length, (keys[n + 1]?.index ?? rest.length + 1) - 1)
    return [
      found[1],
      value.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char === 'r' ? '\r' : char)),
    ]
  })
  return { header, extension: Object.fromEntries(pairs) as Record<string, string> }
}

describe('cefMessage()', () => {
  test('writes header and extension', () => {
    const { header, extension } = parseCef(cefMessage(event, '1.2.3'))
    assert.deepEqual(header, [
      'CEF:0',
      'Voxkeep',
      'Voxkeep',
      '1.2.3',
      'recording.read',
      'recording read',
      '3',
    ])
    assert.partialDeepStrictEqual(extension, {
      rt: String(Date.parse(event.at)),
      externalId: 'example/audit/acme#7',
      suser: 'token:tok_1',
      cs1: 'acme',
      cs2: 'call_1',
      cs3: '{"recording":"rec_1"}',
      cn1: '7',
    })
  })

  test('writes fields that a reader gets back as they were, whatever they hold', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: anyCharacter }), (name, value) => {
        const fields = { [name]: value }
        const { extension } = parseCef(cefMessage({ ...event, fields }, '1'))
        assert.deepEqual(JSON.parse(extension['cs3'] ?? ''), JSON.parse(JSON.stringify(fields)))
      }),
    )
  })

  test('writes one line of printable ASCII, whatever the event', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter }), (type, actor) => {
        const message = cefMessage({ ...event, type, actor }, '1')
        assert.match(message, /^[ -~]*$/)
        assert.equal(parseCef(message).header.length, 7)
      }),
    )
  })
})
