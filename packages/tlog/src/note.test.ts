import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { anyText, checkpointText, noteSignature } from './arbitraries.ts'
import { isKeyName, parseNote, parseSignatures, serializeNote, serializeSignature } from './note.ts'

const line = '— example.com/log AAAAAQI=\n'

test('parseNote() parts text and signatures at the last empty line', () => {
  const note = parseNote(`one\n\ntwo\n\n${line}`)
  assert.equal(note?.text, 'one\n\ntwo\n')
  assert.deepEqual(note?.signatures, [{ name: 'example.com/log', keyId: 1, signature: new Uint8Array([2]) }])
})

test('parseNote() refuses what is no note', () => {
  const wrong = [
    '',
    'text\n',
    `text\n${line}`,
    `text\n\n`,
    `text\n\n${line.trimEnd()}`,
    `te\tt\n\n${line}`,
    `te\rt\n\n${line}`,
    `te\ud800t\n\n${line}`,
    `text\n\n${line}junk\n`,
    'text\n\n- example.com/log AAAAAQI=\n',
    'text\n\n— example.com/log AAAAAQI\n',
    'text\n\n— example.com/log AAAAAQJ=\n', // the same bytes, spelled differently
    'text\n\n— example.com/log AAAAAQ==\n', // no signature behind the key id
    'text\n\n— exam+ple AAAAAQI=\n',
    'text\n\n— exam\u00a0ple AAAAAQI=\n',
    'text\n\n—  AAAAAQI=\n',
    `text\n\n${line.repeat(65)}`,
    `${'x'.repeat(300_000)}\n\n${line}`,
  ]
  for (const text of wrong) assert.equal(parseNote(text), undefined, JSON.stringify(text.slice(0, 60)))
  assert.equal(parseNote(`text\n\n${line.repeat(64)}`)?.signatures.length, 64)
})

test('isKeyName() allows neither spaces nor plus signs', () => {
  assert.deepEqual(['a/b', 'a b', 'a+b', '', 'a\u2003b', 'a\nb'].map(isKeyName), [
    true,
    false,
    false,
    false,
    false,
    false,
  ])
})

test('parseNote() and parseSignatures() never throw, whatever the text', () => {
  fc.assert(fc.property(anyText, (text) => void [parseNote(text), parseSignatures(text)]))
})

test('parseNote() undoes serializeNote()', () => {
  fc.assert(
    fc.property(
      checkpointText,
      fc.array(noteSignature, { minLength: 1, maxLength: 5 }),
      (text, signatures) => {
        assert.deepEqual(parseNote(serializeNote({ text, signatures })), { text, signatures })
        assert.deepEqual(parseSignatures(signatures.map(serializeSignature).join('')), signatures)
      },
    ),
  )
})
