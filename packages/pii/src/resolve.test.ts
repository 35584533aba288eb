import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { piiTypes, type Finding, type PiiType } from './contract.ts'
import { resolve } from './resolve.ts'

function finding(type: PiiType, start: number, end: number, confidence = 0.8): Finding {
  return { type, start, end, confidence, by: 'test' }
}

test('resolve() keeps the surer finding, and has it cover what the other would have hidden', () => {
  assert.deepEqual(resolve([finding('phone', 0, 10, 0.6), finding('card', 4, 20, 0.95)]), [
    finding('card', 0, 20, 0.95),
  ])
})

test('resolve() takes the longer of two that are about as sure', () => {
  assert.deepEqual(resolve([finding('phone', 0, 10, 0.81), finding('ssn', 0, 12, 0.8)]), [
    finding('ssn', 0, 12, 0.8),
  ])
})

test('resolve() lets an address swallow what is in it, but no card', () => {
  const address = finding('address', 0, 40, 0.7)
  assert.deepEqual(resolve([address, finding('postal-code', 30, 35, 0.9), finding('person', 5, 9, 0.9)]), [
    address,
  ])
  assert.equal(resolve([address, finding('card', 10, 30, 0.95)])[0]?.type, 'card')
})

test('resolve() keeps in parts what is between better findings', () => {
  const inner = [finding('card', 5, 10, 0.9), finding('ssn', 20, 25, 0.9)]
  const outer = finding('custom', 0, 30, 0.5)
  assert.deepEqual(
    resolve([outer, ...inner]).map(({ type, start, end }) => [type, start, end]),
    [
      ['custom', 0, 5],
      ['card', 5, 10],
      ['custom', 10, 20],
      ['ssn', 20, 25],
      ['custom', 25, 30],
    ],
  )
})

const some = fc
  .record({
    type: fc.constantFrom(...piiTypes),
    start: fc.nat(60),
    length: fc.integer({ min: 1, max: 30 }),
    sure: fc.nat(100),
  })
  .map(({ type, start, length, sure }) => finding(type, start, start + length, sure / 100))

test('resolve() gives sorted, disjoint findings that cover all they were given', () => {
  fc.assert(
    fc.property(fc.array(some, { maxLength: 40 }), (given) => {
      const kept = resolve(given)
      kept.forEach((one, at) => assert.ok(one.start < one.end && one.start >= (kept[at - 1]?.end ?? 0)))
      for (const one of given)
        for (let place = one.start; place < one.end; place += 1)
          assert.ok(
            kept.some(({ start, end }) => start <= place && place < end),
            `${one.type} ${place}`,
          )
    }),
  )
})
