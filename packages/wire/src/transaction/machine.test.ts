import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeTimers } from './fake-timers.ts'
import { Machine } from './machine.ts'
import type { Table } from './transitions.ts'

type State = 'up' | 'down' | 'off'
type Event = 'flip' | 'timerFlip' | 'timerOff'
type Action = 'note' | 'flipAgain' | 'fail'

const table: Table<State, Event, Action> = {
  up: { flip: ['down', 'flipAgain', 'note'], timerFlip: ['down', 'note'], timerOff: ['off'] },
  down: { flip: ['up', 'note'], timerOff: ['off', 'fail'] },
  off: {},
}

function start() {
  const timers = fakeTimers()
  const log: string[] = []
  const run: Machine<State, Event, Action, string> = new Machine({
    table,
    initial: 'up',
    timers,
    perform(action: Action, message: string | undefined) {
      if (action === 'fail') throw new Error('a user failed')
      if (action === 'flipAgain') run.fire('flip', 'again')
      log.push(`${action} ${run.state} ${message}`)
    },
    onEnd: () => log.push('end'),
  })
  return { run, timers, log }
}

test('Machine performs all actions of a row before it takes the next event', () => {
  const { run, log } = start()
  run.fire('flip', 'first')
  assert.deepEqual(log, ['flipAgain down first', 'note down first', 'note up again'])
  assert.equal(run.state, 'up')
})

test('Machine stops a timer on entering a state that has no row for it, and keeps the others', () => {
  const { run, timers } = start()
  run.start('timerFlip', 10)
  run.start('timerOff', 20)
  run.fire('timerFlip')
  assert.equal(timers.pending, 1)
  timers.advance(10)
  assert.equal(run.state, 'down')
})

test('Machine replaces a timer that is started again', () => {
  const { run, timers } = start()
  run.start('timerFlip', 10)
  run.start('timerFlip', 30)
  timers.advance(29)
  assert.equal(run.state, 'up')
  timers.advance(1)
  assert.equal(run.state, 'down')
})

test('Machine does not start a timer that its state has no row for', () => {
  const { run, timers } = start()
  run.fire('timerFlip')
  run.start('timerFlip', 10)
  assert.equal(timers.pending, 0)
})

test('Machine ends once in a state without rows, and then takes nothing', () => {
  const { run, log } = start()
  run.start('timerOff', 0)
  run.fire('flip')
  run.close()
  assert.deepEqual(log, ['end'])
})

test('Machine goes on after an action threw', () => {
  const { run, log } = start()
  run.fire('timerFlip')
  assert.throws(() => run.fire('timerOff'), /a user failed/)
  assert.equal(run.state, 'off')
  run.close()
  assert.equal(log.at(-1), 'end')
})
