import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LadderEntry } from '#edge/sip'
import type { LegId } from '#kernel'
import { ladders } from './ladders.ts'

const leg = 'leg_00000000000000000000000000000001' as LegId
const entry = (what: string): LadderEntry => ({
  atMs: 0,
  direction: 'received',
  what,
  cseq: '1 INVITE',
  from: '…',
  to: '…',
  bodyBytes: 0,
})

test('ladders() gives a leg its entries once, and keeps nothing of what comes after', () => {
  const all = ladders()
  for (const what of ['INVITE', '200', 'ACK', 'BYE']) all.add(leg, entry(what))
  assert.deepEqual(
    all.take([leg]).map(({ what }) => what),
    ['INVITE', '200', 'ACK', 'BYE'],
  )
  all.add(leg, entry('200'))
  assert.deepEqual(all.take([leg]), [])
})

test('ladders() keeps the beginning and the end of a ladder that is too long', () => {
  const all = ladders()
  all.add(leg, entry('INVITE'))
  for (let index = 0; index < 1_000; index++) all.add(leg, entry(String(index)))
  const taken = all.take([leg])
  assert.equal(taken.length, 200)
  assert.deepEqual([taken[0]?.what, taken[1]?.what, taken.at(-1)?.what], ['INVITE', '0', '999'])
})

test('ladders() tells the legs of one call apart, in their order, and one leg needs no number', () => {
  const all = ladders()
  const other = 'leg_00000000000000000000000000000002' as LegId
  for (const each of [leg, other]) all.add(each, entry('INVITE'))
  all.add(leg, entry('BYE'))
  assert.deepEqual(
    all.take([leg, other]).map((line) => [line.leg, line.what]),
    [
      [1, 'INVITE'],
      [1, 'BYE'],
      [2, 'INVITE'],
    ],
  )
})
