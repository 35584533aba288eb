import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock, openLog } from '#kernel'
import { certificateAlarm, type WatchedCertificate } from './certificate-alarm.ts'

const dayMs = 86_400_000

function alarmed(days: number) {
  const clock = fakeClock()
  const raised: string[] = []
  let log = ''
  const of = (left: number): WatchedCertificate => {
    return { certificate: 'listener 5061', notAfter: new Date(clock.now() + left * dayMs) }
  }
  const state = { current: of(days), of }
  const alarm = certificateAlarm({
    clock,
    log: openLog('debug', (line) => void (log += line)),
    certificates: () => [state.current],
    onExpiry: ({ certificate, daysLeft }) => void raised.push(`${certificate} ${daysLeft}`),
  })
  return { clock, raised, state, alarm, logged: () => log }
}

test('interop 33: certificateAlarm() tells 30, 14, 7 days and 1 day before, and after, each once', () => {
  const { clock, raised, logged } = alarmed(40)
  for (let hour = 0; hour < 42 * 24; hour++) clock.advance(3_600_000)
  const days = raised.map((line) => Number(line.split(' ').at(-1)))
  assert.deepEqual(
    days.map((day) => Math.abs(day)),
    [30, 14, 7, 1, 0],
  )
  assert.match(logged(), /"level":40,[^\n]*certificate runs out soon/)
})

test('certificateAlarm() tells at once of one that has little left, and of one that has run out', () => {
  const soon = alarmed(5.5)
  soon.clock.advance(0)
  assert.deepEqual(soon.raised, ['listener 5061 5'])
  const over = alarmed(-1.5)
  over.clock.advance(0)
  assert.deepEqual(over.raised, ['listener 5061 -2'])
  assert.match(over.logged(), /certificate has run out/)
})

test('certificateAlarm() is quiet about a certificate that was renewed, until that runs out too', () => {
  const { clock, raised, state } = alarmed(6)
  clock.advance(0)
  state.current = state.of(90)
  clock.advance(20 * dayMs)
  assert.equal(raised.length, 1)
  clock.advance(50 * dayMs)
  assert.equal(raised.length, 2)
})

test('certificateAlarm() leaves no timer behind', () => {
  const { clock, alarm } = alarmed(90)
  clock.advance(3 * dayMs)
  alarm[Symbol.dispose]()
  assert.equal(clock.timers, 0)
})
