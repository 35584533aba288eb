import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeyError } from '#keys'
import { awsError } from './aws-error.ts'

const named = (name: string) =>
  Object.assign(new Error('arn:aws:kms:eu-central-1:111122223333:key/1234'), { name })
const cases = {
  InvalidCiphertextException: 'KEY_TAMPERED',
  IncorrectKeyException: 'KEY_TAMPERED',
  NotFoundException: 'KEY_UNKNOWN',
  DisabledException: 'KEY_REFUSED',
  KMSInvalidStateException: 'KEY_REFUSED',
  AccessDeniedException: 'KEY_REFUSED',
  ExpiredTokenException: 'KEY_REFUSED',
  ThrottlingException: 'KEY_UNAVAILABLE',
  KMSInternalException: 'KEY_UNAVAILABLE',
  TimeoutError: 'KEY_UNAVAILABLE',
  AbortError: 'KEY_UNAVAILABLE',
  CredentialsProviderError: 'KEY_UNAVAILABLE',
} as const

for (const [name, code] of Object.entries(cases))
  test(`awsError() takes ${name} for ${code}, and passes none of its words on`, () => {
    const error = awsError(named(name))
    assert.equal(error.code, code)
    assert.equal(error.cause, undefined)
    assert.ok(!String(error.stack).includes('111122223333'))
  })

test('awsError() leaves our own errors, and takes anything else for a service that is away', () => {
  const own = new KeyError('KEY_TAMPERED', 'x')
  assert.equal(awsError(own), own)
  assert.equal(awsError('what?').code, 'KEY_UNAVAILABLE')
})
