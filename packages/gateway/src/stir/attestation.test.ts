import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attestationFor } from './attestation.ts'

const callerIds = ['+12155551212', '+44 20 7946*']

test('attestationFor() gives A only for numbers from the list, and below its prefixes', () => {
  assert.equal(attestationFor('A', '+1 215 555 1212', callerIds), 'A')
  assert.equal(attestationFor('A', '+442079460123', callerIds), 'A')
  assert.equal(attestationFor('A', '+12155551213', callerIds), 'B')
  assert.equal(attestationFor('A', '+121555512120', callerIds), 'B')
  assert.equal(attestationFor('A', 'support', callerIds), 'B')
  assert.equal(attestationFor('A', '+12155551212', []), 'B')
  assert.equal(attestationFor('A', '+12155551212', ['*', '+*']), 'B')
})

test('attestationFor() never gives more than the most', () => {
  assert.equal(attestationFor('B', '+12155551212', callerIds), 'B')
  assert.equal(attestationFor('C', '+12155551212', callerIds), 'C')
})
