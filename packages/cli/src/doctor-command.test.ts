import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report } from './doctor-command.ts'

test('report() puts what is wrong last, with what to do', () => {
  const text = report([
    { about: 'disk', state: 'fault', found: 'full', todo: 'Make room.' },
    { about: 'ports', state: 'fine', found: 'free' },
    { about: 'clock', state: 'warning', found: 'late', todo: 'Set it.' },
  ])
  assert.deepEqual(text.split('\n'), [
    'ok    ports: free',
    'WARN  clock: late',
    '      -> Set it.',
    'FAIL  disk: full',
    '      -> Make room.',
    '1 faults: a gateway would not start, or would not do its work.',
  ])
  assert.equal(report([]), 'All is well.')
})
