import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sanitise } from '#kernel'
import { ObjectError } from './error.ts'
import { asObjectError, asPutError } from './s3-error.ts'

const thrown = (name: string, httpStatusCode?: number) =>
  Object.assign(new Error('Authorization: AWS4-HMAC-SHA256 Credential=AKIASECRET'), {
    name,
    $metadata: { httpStatusCode },
  })

test('asObjectError() tells what is to be tried again from what is not', () => {
  for (const [name, status, code] of [
    ['NoSuchKey', 404, 'OBJECT_NOT_FOUND'],
    ['NotFound', 404, 'OBJECT_NOT_FOUND'],
    ['NoSuchVersion', 404, 'OBJECT_NOT_FOUND'],
    ['NoSuchBucket', 404, 'OBJECT_REFUSED'],
    ['PreconditionFailed', 412, 'OBJECT_EXISTS'],
    ['AccessDenied', 403, 'OBJECT_REFUSED'],
    ['InvalidAccessKeyId', 403, 'OBJECT_REFUSED'],
    ['SlowDown', 503, 'OBJECT_UNAVAILABLE'],
    ['InternalError', 500, 'OBJECT_UNAVAILABLE'],
    ['TooManyRequests', 429, 'OBJECT_UNAVAILABLE'],
    ['BadDigest', 400, 'OBJECT_UNAVAILABLE'],
    ['TimeoutError', undefined, 'OBJECT_UNAVAILABLE'],
    ['ECONNREFUSED', undefined, 'OBJECT_UNAVAILABLE'],
  ] as const)
    assert.equal(asObjectError(thrown(name, status)).code, code, name)
})

test('asObjectError() keeps a name and a status, and nothing that may quote a header', () => {
  const error = asObjectError(thrown('AccessDenied', 403))
  assert.doesNotMatch(JSON.stringify(sanitise(error)), /AKIA/)
  assert.match((error.cause as Error).message, /AccessDenied \(403\)/)
  assert.doesNotMatch((asObjectError(thrown('x: AKIASECRET', 403)).cause as Error).message, /AKIA/)
  const ours = new ObjectError('OBJECT_LOCKED', 'locked')
  assert.equal(asObjectError(ours), ours)
  for (const odd of [undefined, null, 'text', 7]) assert.equal(asObjectError(odd).code, 'OBJECT_UNAVAILABLE')
})

test('asPutError() takes an upload that the store forgot for one to try again, and a file that is gone for gone', () => {
  for (const name of ['NoSuchUpload', 'NotFound', 'UnknownError'])
    assert.equal(asPutError(thrown(name, 404)).code, 'OBJECT_UNAVAILABLE', name)
  assert.equal(asPutError(thrown('PreconditionFailed', 412)).code, 'OBJECT_EXISTS')
  const ours = new ObjectError('OBJECT_NOT_FOUND', 'the file to put is not there')
  assert.equal(asPutError(ours), ours)
})
