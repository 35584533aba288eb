import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { globs } from './glob.ts'

test('globs() matches whole texts, where a star stands for anything', () => {
  const matches = globs(['recording.*', '*.failed', 'call.ended', 'a*b*c'])
  for (const text of [
    'recording.read',
    'recording.',
    'x.failed',
    '.failed',
    'call.ended',
    'abc',
    'a-b-c',
    'abbc',
  ])
    assert.equal(matches(text), true, text)
  for (const text of ['recordings', 'failed', 'call.ended.', 'xcall.ended', 'ab', 'acb', 'ac'])
    assert.equal(matches(text), false, text)
})

test('globs() matches everything without patterns, and nothing with none', () => {
  assert.equal(globs(undefined)('anything'), true)
  assert.equal(globs([])('anything'), false)
})

test('globs() agrees with a regular expression, whatever the pattern', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 })
  fc.assert(
    fc.property(letters, letters, (pattern, text) => {
      const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text)
      assert.equal(globs([pattern])(text), expected)
    }),
  )
})
