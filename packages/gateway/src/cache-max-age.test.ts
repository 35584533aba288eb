import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { cacheMaxAgeMs } from './cache-max-age.ts'

test('cacheMaxAgeMs() reads max-age among other directives', () => {
  assert.equal(cacheMaxAgeMs('public, Max-Age=300, immutable'), 300_000)
  assert.equal(cacheMaxAgeMs('max-age="60"'), 60_000)
})

test('cacheMaxAgeMs() keeps nothing that must not be kept', () => {
  assert.equal(cacheMaxAgeMs('max-age=300, no-store'), 0)
  assert.equal(cacheMaxAgeMs('no-cache'), 0)
})

test('cacheMaxAgeMs() says nothing where the header does not', () => {
  assert.equal(cacheMaxAgeMs(''), undefined)
  assert.equal(cacheMaxAgeMs('max-age=-1, s-maxage=5'), undefined)
})

test('cacheMaxAgeMs() never throws, whatever the header', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const ms = cacheMaxAgeMs(text)
      assert.ok(ms === undefined || ms >= 0)
    }),
  )
})
