import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock, systemClock, type Clock } from '#kernel'
import { pkcs11Thread } from './pkcs11-thread.ts'

const request = { op: 'versions', token: 'voxkeep', name: 'acme' } as const
const unavailable = (message: RegExp) => ({ name: 'KeyError', code: 'KEY_UNAVAILABLE', message })

/** A thread whose module is nowhere. */
function thread(clock: Clock, started: string[] = []) {
  return pkcs11Thread({
    data: () => {
      started.push('started')
      return { moduleFile: '/nowhere/module.so', pins: { voxkeep: '4321' } }
    },
    timeoutMs: 5_000,
    clock,
  })
}

test('pkcs11Thread() answers with what went wrong in the thread, and goes on', async () => {
  const started: string[] = []
  await using at = thread(systemClock, started)
  assert.deepEqual(started, [])
  await assert.rejects(at.ask(request), unavailable(/./))
  await assert.rejects(at.ask(request), unavailable(/./))
  assert.deepEqual(started, ['started'])
})

test('pkcs11Thread() lets nobody wait for longer than its time limit', async () => {
  const clock = fakeClock()
  await using at = thread(clock)
  const asked = assert.rejects(at.ask(request), unavailable(/does not answer/))
  clock.advance(5_000)
  await asked
  assert.equal(clock.timers, 0)
})

test('pkcs11Thread() lets no more than 64 wait', async () => {
  const clock = fakeClock()
  await using at = thread(clock)
  const asked = Array.from({ length: 64 }, () => assert.rejects(at.ask(request), unavailable(/./)))
  await assert.rejects(at.ask(request), unavailable(/too many/))
  clock.advance(5_000)
  await Promise.all(asked)
})
