import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LegId } from '#kernel'
import type { FromMedia } from '#media'
import type { CallLeg } from './call-leg.ts'
import { keysTo, LegListeners } from './leg-listeners.ts'

const id = 'leg_1' as LegId
const [first, other] = [{}, {}] as [CallLeg, CallLeg]
const key: FromMedia = { kind: 'dtmf', leg: id, digit: '5', durationMs: 100 }
const started: FromMedia = { kind: 'media.started', leg: id }

test('LegListeners tells those of the first leg everything but the keys of others', () => {
  const heard: string[] = []
  const listeners = new LegListeners()
  const stop = listeners.onFirst(({ kind }) => void heard.push(kind))
  listeners.tell(first, key, true)
  listeners.tell(other, key, false)
  listeners.tell(other, started, false)
  stop()
  listeners.tell(first, key, true)
  assert.deepEqual(heard, ['dtmf', 'media.started'])
})

test('LegListeners tells those of a leg what is its own, until they stop', () => {
  const keys: string[] = []
  const listeners = new LegListeners()
  const stop = listeners.onLeg(
    other,
    keysTo((digit) => void keys.push(digit)),
  )
  listeners.tell(first, key, true)
  listeners.tell(other, started, false)
  listeners.tell(other, key, false)
  stop()
  listeners.tell(other, key, false)
  assert.deepEqual(keys, ['5'])
})
