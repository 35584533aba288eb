import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseReplaces, serializeReplaces } from './replaces.ts'

test('parseReplaces() needs a Call-ID and each tag once (RFC 3891 §6.1)', () => {
  const named = { callId: 'a@b', toTag: '7', fromTag: '8', earlyOnly: false }
  assert.deepEqual(parseReplaces('a@b ; from-tag=8;to-tag=7'), named)
  assert.deepEqual(parseReplaces('a@b;to-tag=7;from-tag=8;early-only'), { ...named, earlyOnly: true })
  for (const bad of ['', 'a@b', 'a@b;to-tag=7', 'a@b;to-tag=7;to-tag=8;from-tag=9', 'a@b;to-tag=;from-tag=8'])
    assert.equal(parseReplaces(bad), undefined)
  assert.equal(parseReplaces('a@b;to-tag=7;from-tag=8,c@d;to-tag=7;from-tag=8'), undefined)
})

test('parseReplaces() never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseReplaces(text)))
})

test('parseReplaces() undoes serializeReplaces()', () => {
  const tag = fc.stringMatching(/^[A-Za-z0-9.~-]{1,40}$/)
  const replaces = fc.record(
    { callId: fc.stringMatching(/^[!-+--:<-~]{1,60}$/), toTag: tag, fromTag: tag, earlyOnly: fc.boolean() },
    { noNullPrototype: true },
  )
  fc.assert(fc.property(replaces, (sent) => assert.deepEqual(parseReplaces(serializeReplaces(sent)), sent)))
})
