import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOptions, scenarios, usage } from './bench-options.ts'

test('parseOptions() has a default for everything', () => {
  assert.deepEqual(parseOptions([]), {
    scenario: 'steady',
    calls: 50,
    seconds: 10,
    minutes: 10,
    ratePerSecond: 20,
    steps: [25, 50, 100, 150, 200],
    record: false,
    wire: 'voxkeep',
    ffi: false,
    json: false,
    suite: 'AES_CM_128_HMAC_SHA1_80',
    tuning: false,
  })
})

test('parseOptions() takes what it is given', () => {
  const args =
    '--scenario ramp --calls 3 --seconds 4 --minutes 5 --rate 6 --steps 7,8 --record --wire twilio --ffi --json --suite AEAD_AES_256_GCM --workers 2 --churn 20 --profile out --tuning --misses missed'
  assert.deepEqual(parseOptions(args.split(' ')), {
    scenario: 'ramp',
    calls: 3,
    seconds: 4,
    minutes: 5,
    ratePerSecond: 6,
    steps: [7, 8],
    record: true,
    wire: 'twilio',
    ffi: true,
    json: true,
    suite: 'AEAD_AES_256_GCM',
    workers: 2,
    churnMs: 20,
    profileDir: 'out',
    tuning: true,
    misses: 'missed',
  })
})

test('parseOptions() takes the scenario also without its option', () => {
  const options = parseOptions(['privacy', '--json'])
  assert.ok(typeof options === 'object' && options.scenario === 'privacy')
  assert.equal(parseOptions(['privacy', 'ramp']), undefined)
})

test('parseOptions() records when the scenario says so', () => {
  const options = parseOptions(['--scenario', 'recorded'])
  assert.ok(typeof options === 'object' && options.record)
})

test('parseOptions() refuses what makes no sense', () => {
  const wrong = [
    '--calls 0',
    '--calls many',
    '--workers -1',
    '--what',
    'x',
    '--scenario rain',
    '--wire telnyx',
    '--steps 1,,2',
  ]
  for (const args of wrong) assert.equal(parseOptions(args.split(' ')), undefined, args)
})

test('parseOptions() tells when help is asked for, which names every scenario', () => {
  assert.equal(parseOptions(['--help']), 'help')
  for (const scenario of scenarios) assert.match(usage, new RegExp(`^ +${scenario} `, 'm'))
})
