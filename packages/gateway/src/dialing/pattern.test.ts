import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isTargetPattern, matchesTarget } from './pattern.ts'

test('matchesTarget() takes numbers and prefixes, in any spelling', () => {
  assert.equal(matchesTarget(['+1 212 555 0100'], '+12125550100'), true)
  assert.equal(matchesTarget(['+12125550100'], '+12125550101'), false)
  assert.equal(matchesTarget(['+1212*'], '+1 (212) 555-0100'), true)
  assert.equal(matchesTarget(['+1212*'], '+13125550100'), false)
  assert.equal(matchesTarget(['+1213*', '+1212*'], '+12125550100'), true)
  assert.equal(matchesTarget(['+*'], '+442079460018'), true)
  assert.equal(matchesTarget([], '+12125550100'), false)
})

test('matchesTarget() takes SIP addresses by their whole host', () => {
  const patterns = ['sip:*@pbx.example.com', 'sip:sales-*@other.example']
  for (const [target, fits] of [
    ['sip:agent@pbx.example.com', true],
    ['sip:agent@PBX.example.com;user=phone', true],
    ['sip:agent@pbx.example.com:5099', false],
    ['sip:agent@pbx.example.com.evil.example', false],
    ['sip:agent@evil-pbx.example.com', false],
    ['sip:agent@pbxxexample.com', false],
    ['sip:agent@evil.example', false],
    ['sip:sales-7@other.example', true],
    ['sip:agent@other.example', false],
    ['+12125550100', false],
  ] as const)
    assert.equal(matchesTarget(patterns, target), fits, target)
})

test('matchesTarget() keeps outside and emergency numbers from a lone star', () => {
  const patterns = ['sip:*@pbx.example.com']
  const fits = (user: string) => matchesTarget(patterns, `sip:${user}@pbx.example.com`)
  assert.deepEqual(['agent', '7', '201', '123456', 'conf-1'].map(fits), [true, true, true, true, true])
  assert.deepEqual(
    ['911', '112', '999', '0049', '12125550100', '01149301234', '1234567', '+19005551234'].map(fits),
    Array.from({ length: 8 }, () => false),
  )
  assert.equal(matchesTarget(['sip:+1212*@pbx.example.com'], 'sip:+12125550100@pbx.example.com'), true)
  assert.equal(matchesTarget(['sip:911@pbx.example.com'], 'sip:911@pbx.example.com'), true)
})

test('matchesTarget() reads no regular expression into a pattern', () => {
  for (const pattern of [
    '.*',
    'sip:.*@pbx.example.com',
    'sip:(a|b)@pbx.example.com',
    'sip:*@*',
    'sip:*@*.example.com',
    'sip:a*b@pbx.example.com',
    'sip:@pbx.example.com',
    '*',
    '+1*2',
    '1212*',
    '',
  ]) {
    assert.equal(matchesTarget([pattern], 'sip:agent@pbx.example.com'), false, pattern)
    assert.equal(matchesTarget([pattern], '+12125550100'), false, pattern)
  }
  assert.deepEqual(['.*', 'sip:*@*', 'sip:*@pbx.example.com', '+1212*', '+1'].map(isTargetPattern), [
    false,
    false,
    true,
    true,
    false,
  ])
})

test('matchesTarget() never throws, and matches only what has the pattern’s host', () => {
  const user = fc.stringMatching(/^[a-z0-9+._*-]{0,10}$/)
  const host = fc.stringMatching(/^[a-z0-9.*-]{1,14}$/)
  fc.assert(
    fc.property(user, host, user, host, (patternUser, patternHost, targetUser, targetHost) => {
      const fits = matchesTarget([`sip:${patternUser}@${patternHost}`], `sip:${targetUser}@${targetHost}`)
      if (fits) assert.equal(targetHost, patternHost)
    }),
    { numRuns: 1_000 },
  )
  fc.assert(fc.property(fc.string(), fc.string(), (pattern, text) => void matchesTarget([pattern], text)))
})
