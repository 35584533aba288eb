import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { fakeStreamClock, settle } from './fake-gateway.ts'
import { flowGate } from './flow-gate.ts'

test('flowGate() leaves nothing on the signal of who passed it, however often they waited', async () => {
  const clock = fakeStreamClock()
  let isBehind = true
  const gate = flowGate({ clock, bufferedMs: () => 0, isBehind: () => isBehind })
  const { signal } = new AbortController()
  const passed = gate.pass(signal)
  for (let round = 0; round < 5; round++) {
    clock.pass(20)
    await settle()
  }
  assert.equal(getEventListeners(signal, 'abort').length, 1)
  isBehind = false
  clock.pass(20)
  await passed
  assert.equal(getEventListeners(signal, 'abort').length, 0)
})

test('flowGate() lets nobody wait whose signal is aborted', async () => {
  const gate = flowGate({ clock: fakeStreamClock(), bufferedMs: () => 0, isBehind: () => false })
  gate.told('high')
  const stop = new AbortController()
  const passed = gate.pass(stop.signal)
  stop.abort()
  await passed
  assert.equal(gate.isOpen(), false)
})
