import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOptions } from './bench-options.ts'

test('parseOptions() has a default for everything', () => {
  assert.deepEqual(parseOptions([]), {
    calls: 50,
    seconds: 10,
    ratePerSecond: 20,
    record: false,
    json: false,
    suite: 'AES_CM_128_HMAC_SHA1_80',
  })
})

test('parseOptions() takes what it is given', () => {
  const args =
    '--calls 3 --seconds 4 --rate 5 --record --json --suite AEAD_AES_256_GCM --workers 2 --profile out'
  assert.deepEqual(parseOptions(args.split(' ')), {
    calls: 3,
    seconds: 4,
    ratePerSecond: 5,
    record: true,
    json: true,
    suite: 'AEAD_AES_256_GCM',
    workers: 2,
    profileDir: 'out',
  })
})

test('parseOptions() refuses what makes no sense', () => {
  for (const args of [['--calls', '0'], ['--calls', 'many'], ['--workers', '-1'], ['--what'], ['x']]) {
    assert.equal(parseOptions(args), undefined, args.join(' '))
  }
})
