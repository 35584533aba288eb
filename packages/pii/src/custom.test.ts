import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEngine } from './engine.ts'
import { customRecognisers, mostPatterns, PiiError, type CustomPattern } from './custom.ts'

function refused(code: PiiError['code'], ...patterns: CustomPattern[]): void {
  assert.throws(
    () => customRecognisers(patterns),
    (error) => error instanceof PiiError && error.code === code,
  )
}

test('customRecognisers() finds what a tenant calls sensitive, under its own name', () => {
  const engine = createEngine({
    languages: ['en'],
    custom: [{ name: 'ticket', pattern: 'tkt-[0-9]{4}', ignoreCase: true }],
  })
  const { text, findings } = engine.redact('see TKT-0042 and tkt-1')
  assert.equal(text, 'see [TICKET] and tkt-1')
  assert.deepEqual(
    findings.map(({ type, detail }) => [type, detail]),
    [['custom', 'ticket']],
  )
})

test('customRecognisers() refuses what RE2 cannot match in linear time', () => {
  refused('PII_PATTERN_REFUSED', { name: 'back', pattern: '(a)\\1' })
  refused('PII_PATTERN_REFUSED', { name: 'look', pattern: '(?<=a)b(?!c)' })
  refused('PII_PATTERN_REFUSED', { name: 'open', pattern: '(a' })
})

test('customRecognisers() refuses a pattern that matches nothing at all, is too long, or is badly named', () => {
  refused('PII_PATTERN_REFUSED', { name: 'empty', pattern: 'a*' })
  refused('PII_PATTERN_LIMIT', { name: 'long', pattern: 'a'.repeat(513) })
  refused('PII_PATTERN_LIMIT', { name: 'large', pattern: '(?:[a-z]{900}|[0-9]{900}|[A-Z]{900})' })
  refused('PII_PATTERN_NAME', { name: 'Not a name', pattern: 'a' })
  refused(
    'PII_PATTERN_LIMIT',
    ...Array.from({ length: mostPatterns + 1 }, () => ({ name: 'a', pattern: 'a' })),
  )
})

test('custom patterns that other engines choke on end', () => {
  const engine = createEngine({ languages: ['en'], custom: [{ name: 'evil', pattern: '(a+)+b' }] })
  assert.deepEqual(engine.find('a'.repeat(5_000)), [])
})

test('custom patterns that match too often hide the rest of the text', () => {
  const engine = createEngine({ languages: ['en'], custom: [{ name: 'x', pattern: 'x' }] })
  assert.equal(engine.find('x y '.repeat(1_500)).at(-1)?.end, 6_000)
})
