import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VoxkeepApiError } from '@voxkeep/sdk'
import { complaint } from './output.ts'

test('complaint() says what the gateway said of a request that it refused', () => {
  const fields = { status: 429, problem: 42_902, detail: 'As many watch as may.', why: 'tenant' }
  assert.deepEqual(complaint(new VoxkeepApiError('API_REFUSED', 'the gateway refused the request', fields)), [
    'voxkeep: the gateway refused the request: As many watch as may. (tenant)',
  ])
})

test('complaint() has a line for each cause, and comes to an end', () => {
  const cause = new Error('the port is taken', { cause: { port: 1 } })
  assert.deepEqual(complaint(new Error('no start', { cause })), [
    'voxkeep: no start',
    '  because: the port is taken',
    '  because: {"port":1}',
  ])
  const endless = new Error('round')
  endless.cause = endless
  assert.equal(complaint(endless).length, 4)
})
