import assert from 'node:assert/strict'
import { test } from 'node:test'
import { audioItems } from './audio-items.ts'

const seconds = 8_000

test('audioItems() says how much was played of the utterance that was cut off', () => {
  const items = audioItems()
  items.add('a', 0, 2 * seconds)
  items.add('a', 0, 1 * seconds)
  assert.deepEqual(items.cut(1_200), { id: 'a', contentIndex: 0, playedMs: 1_800 })
  assert.equal(items.cut(500), undefined) // what was cut off is done with
})

test('audioItems() finds the utterance that played, where others waited behind it', () => {
  const items = audioItems()
  items.add('played', 0, 1 * seconds)
  items.add('cut', 1, 1 * seconds)
  items.add('waited', 0, 1 * seconds)
  assert.deepEqual(items.cut(1_750), { id: 'cut', contentIndex: 1, playedMs: 250 })
})

test('audioItems() cuts nothing off where nothing waited, and never less than nothing', () => {
  const items = audioItems()
  items.add('a', 0, 1 * seconds)
  assert.equal(items.cut(0), undefined)
  items.add('b', 0, 1 * seconds)
  assert.deepEqual(items.cut(60_000), { id: 'b', contentIndex: 0, playedMs: 0 })
})

test('audioItems() forgets the oldest of very many', () => {
  const items = audioItems()
  for (let i = 0; i < 100; i += 1) items.add(`i${i}`, 0, 8)
  assert.deepEqual(items.cut(60_000), { id: 'i84', contentIndex: 0, playedMs: 0 })
})
