import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { SecretError } from './error.ts'
import { placeOf, referencesIn } from './reference.ts'

test('placeOf() reads every kind of reference', () => {
  assert.deepEqual(placeOf('vault:secret/voice/app#webhook'), {
    kind: 'vault',
    path: 'secret/voice/app',
    field: 'webhook',
  })
  const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:voice-AbCdEf'
  assert.deepEqual(placeOf(`aws-sm:${arn}#key`), { kind: 'aws-sm', name: arn, field: 'key' })
  assert.deepEqual(placeOf('aws-sm:voice'), { kind: 'aws-sm', name: 'voice', field: undefined })
  for (const own of ['file:/run/x', 'env:X', 'credential:x']) assert.deepEqual(placeOf(own), { kind: 'own' })
})

test('placeOf() fails only as SecretError, whatever the text', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        placeOf(text)
      } catch (error) {
        assert.ok(error instanceof SecretError && error.code === 'SECRET_INVALID')
      }
    }),
  )
})

test('placeOf() gives back what a reference was made of', () => {
  const part = fc.stringMatching(/^[\w-]{1,20}$/)
  fc.assert(
    fc.property(part, part, part, (mount, entry, field) => {
      const path = `${mount}/${entry}`
      assert.deepEqual(placeOf(`vault:${path}#${field}`), { kind: 'vault', path, field })
      assert.deepEqual(placeOf(`aws-sm:${entry}#${field}`), { kind: 'aws-sm', name: entry, field })
    }),
  )
})

test('referencesIn() finds each reference once, however deep', () => {
  const found = referencesIn({
    a: ['env:X', { b: 'vault:kv/a#b', c: 7, d: null }],
    e: 'env:X',
    f: 'https://x.example',
    g: 'aws-sm:n',
  })
  assert.deepEqual(found, ['env:X', 'vault:kv/a#b', 'aws-sm:n'])
})
