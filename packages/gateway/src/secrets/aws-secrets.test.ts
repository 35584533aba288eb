import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Secret } from '#kernel'
import { fieldOf } from './aws-secrets.ts'
import { SecretError } from './error.ts'

test('fieldOf() gives one field of a JSON object', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), (fields) => {
      for (const [name, value] of Object.entries(fields))
        assert.equal(fieldOf(new Secret(JSON.stringify(fields)), name).reveal(), value)
    }),
  )
})

test('fieldOf() fails only as SecretError, with nothing of the secret in it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8 }), fc.string(), (text, field) => {
      try {
        fieldOf(new Secret(text), field)
      } catch (error) {
        assert.ok(error instanceof SecretError && error.cause === undefined)
      }
    }),
  )
  for (const field of ['__proto__', 'toString', 'constructor'])
    assert.throws(() => fieldOf(new Secret('{"a":"b"}'), field), { code: 'SECRET_UNKNOWN' })
})
