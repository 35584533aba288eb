import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gapWatch } from './gap-watch.ts'

test('C6: gapWatch() tells what is missing before a frame of a track, and whose fault it was', () => {
  const told: object[] = []
  let dropped = 0
  const look = gapWatch({ dropped: () => dropped, tell: (gap) => told.push(gap) })
  look('inbound', 160, 0)
  look('inbound', 160, 20)
  look('outbound', 160, 500)
  assert.deepEqual(told, [])
  look('inbound', 160, 100)
  dropped = 3
  look('inbound', 160, 180)
  look('inbound', 160, 220)
  const gap = (fromMs: number, toMs: number, why: string) => ({
    kind: 'gap',
    track: 'inbound',
    fromMs,
    toMs,
    why,
  })
  assert.deepEqual(told, [gap(40, 100, 'lost'), gap(120, 180, 'app-slow'), gap(200, 220, 'lost')])
})
