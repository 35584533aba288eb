import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LegId } from '#kernel'
import type { Heard } from './arrangement.ts'
import { switchboard } from './switchboard.ts'

const [a, b, c] = ['A', 'B', 'C'] as unknown as [LegId, LegId, LegId]

function fakeMedia() {
  const trace: string[] = []
  let finish: (why: 'finished' | 'stopped') => void = () => {}
  return {
    trace,
    finish: () => finish('finished'),
    media: {
      bridge: (one: LegId, other: LegId) => void trace.push(`bridge ${one}-${other}`),
      unbridge: (leg: LegId) => void trace.push(`unbridge ${leg}`),
      play: (leg: LegId, audio: Uint8Array) => {
        trace.push(`play ${leg} ${audio.length}`)
        return new Promise<'finished' | 'stopped'>((resolve) => (finish = resolve))
      },
      stopPlay: (leg: LegId) => {
        trace.push(`stop ${leg}`)
        finish('stopped')
      },
    },
  }
}

const hears = (...heard: [LegId, Heard][]) => ({ bridge: undefined, hears: new Map(heard) })
const bridged = (...bridge: [LegId, LegId]) => ({ bridge, hears: new Map<LegId, Heard>() })

test('switchboard() changes no more than it takes', () => {
  const { trace, media } = fakeMedia()
  const board = switchboard(media, new Uint8Array(7))
  board.apply(bridged(a, b))
  board.apply(bridged(b, a))
  assert.deepEqual(trace.splice(0), ['bridge A-B'])
  board.apply(hears([a, 'music']))
  board.apply(hears([a, 'music']))
  assert.deepEqual(trace.splice(0), ['unbridge A', 'play A 7'])
  board.apply(bridged(a, c))
  assert.deepEqual(trace.splice(0), ['stop A', 'bridge A-C'])
  board.apply({ bridge: undefined, hears: new Map() })
  assert.deepEqual(trace, ['unbridge A'])
})

test('switchboard() plays what is heard over and over, until it is stopped', async () => {
  const { trace, media, finish } = fakeMedia()
  const board = switchboard(media, new Uint8Array(7))
  board.apply(hears([a, 'music']))
  for (let round = 0; round < 2; round++) {
    finish()
    await Promise.resolve()
    await Promise.resolve()
  }
  assert.deepEqual(trace.splice(0), ['play A 7', 'play A 7', 'play A 7'])
  board.apply(bridged(a, b))
  await Promise.resolve()
  assert.deepEqual(trace, ['stop A', 'bridge A-B'])
})

test('switchboard() plays the ringback tone, and silence where there is no music', () => {
  const { trace, media } = fakeMedia()
  const board = switchboard(media, undefined)
  board.apply(hears([a, 'music'], [b, 'ringback']))
  assert.deepEqual(trace, ['play B 48000'])
})
