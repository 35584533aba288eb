import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newStreamToken, streamTokens } from './stream-tokens.ts'

test('streamTokens() redeems a token once', () => {
  const tokens = streamTokens(() => 0)
  void tokens.issue('a')
  assert.equal(tokens.redeem('b'), false)
  assert.equal(tokens.redeem('a'), true)
  assert.equal(tokens.redeem('a'), false)
})

test('streamTokens() forgets a token after ten minutes', () => {
  let now = 0
  const tokens = streamTokens(() => now)
  void tokens.issue('a')
  void tokens.issue('b')
  now = 600_000
  assert.equal(tokens.redeem('a'), true)
  now += 1
  assert.equal(tokens.redeem('b'), false)
})

test('streamTokens() keeps at most ten thousand', () => {
  const tokens = streamTokens(() => 0)
  for (let index = 0; index <= 10_000; index++) void tokens.issue(String(index))
  assert.equal(tokens.redeem('0'), false)
  assert.equal(tokens.redeem('1'), true)
})

test('newStreamToken() is never the same', () => {
  assert.match(newStreamToken(), /^[0-9a-f]{64}$/)
  assert.notEqual(newStreamToken(), newStreamToken())
})
