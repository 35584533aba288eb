import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import { certificateRefusals } from './certificate-refusals.ts'

test('certificateRefusals() tells of each source once in a while, with how often', () => {
  const clock = fakeClock()
  const told: object[] = []
  using refusals = certificateRefusals({ clock, tell: (fields) => told.push(fields) })
  for (let n = 0; n < 3; n++) refusals.refused('192.0.2.1', 'certificate')
  refusals.refused('192.0.2.2', 'no-certificate')
  assert.deepEqual(told, [])
  clock.advance(10_000)
  assert.deepEqual(told, [
    { source: '192.0.2.1', why: 'certificate', refused: 3 },
    { source: '192.0.2.2', why: 'no-certificate', refused: 1 },
  ])
  clock.advance(60_000)
  assert.equal(told.length, 2)
})

test('certificateRefusals() tells of many sources together, so that strangers fill no log', () => {
  const clock = fakeClock()
  const told: { source: string; refused: number }[] = []
  using refusals = certificateRefusals({ clock, tell: (fields) => told.push(fields) })
  for (let n = 0; n < 500; n++) refusals.refused(`192.0.2.${n}`, 'certificate')
  clock.advance(10_000)
  assert.equal(told.length, 21)
  assert.deepEqual(told.find(({ source }) => source === 'others')?.refused, 480)
})
