import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError, problemBody, problems, statusOf, type ProblemCode } from './problem.ts'

const codes = Object.keys(problems) as ProblemCode[]

test('problemBody() has the members of RFC 9457 and a number of its own for each problem', () => {
  const numbers = new Set<number>()
  for (const code of codes) {
    const body = problemBody(new ApiError(code), 'req_1')
    assert.equal(body.type, `urn:voxkeep:problem:${code}`)
    assert.equal(body.status, statusOf(code))
    assert.ok(body.status >= 400 && body.status <= 599 && body.title !== 'Error')
    assert.equal(body.request_id, 'req_1')
    assert.equal('errors' in body, false)
    numbers.add(body.code)
  }
  assert.equal(numbers.size, codes.length)
})

test('problemBody() lists what is wrong where', () => {
  const errors = [{ pointer: '/limit', in: 'querystring', detail: 'Too big' }]
  assert.deepEqual(problemBody(new ApiError('request-invalid', { errors }), 'req_1').errors, errors)
})
