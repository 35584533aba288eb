import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entryTable, type EntryEvent, type EntryState } from './collect-table.ts'

const states = Object.keys(entryTable) as EntryState[]
const over: readonly EntryState[] = ['accepted', 'failed', 'cancelled']

test('entryTable lets every state that waits for the caller be cancelled, and ends in one of three', () => {
  for (const state of states) {
    const isJudging = state.startsWith('judging')
    assert.equal(entryTable[state].cancel !== undefined, !over.includes(state) && !isJudging, state)
    if (over.includes(state)) assert.deepEqual(entryTable[state], {})
  }
})

test('entryTable wipes what was keyed in on every way out but acceptance', () => {
  for (const state of states)
    for (const [event, step] of Object.entries(entryTable[state])) {
      const [next, ...actions] = step
      if (next === 'failed' || next === 'cancelled') assert.ok(actions.includes('wipe'), `${state} ${event}`)
      if (next === 'asked' && state.startsWith('judging'))
        assert.ok(actions.includes('wipe'), `${state} ${event}`)
    }
})

test('entryTable has a timer run, or a prompt that starts one, wherever it waits', () => {
  for (const state of states) {
    const rows = entryTable[state]
    if (over.includes(state) || state.startsWith('judging')) continue
    assert.ok(rows.timeout !== undefined, state)
    const comesIn = states.flatMap((from) =>
      Object.values(entryTable[from]).filter(([next]) => next === state && from !== state),
    )
    for (const [, ...actions] of comesIn)
      assert.ok(
        actions.includes('startTimer') || actions.some((action) => action.startsWith('ask')),
        `into ${state}: ${actions.join(' ')}`,
      )
  }
})

test('entryTable reaches every state', () => {
  const reached = new Set<EntryState>(['asked'])
  for (const state of reached)
    for (const event of Object.keys(entryTable[state]) as EntryEvent[]) {
      const next = entryTable[state][event]?.[0]
      if (next !== undefined) reached.add(next)
    }
  assert.deepEqual([...reached].toSorted(), states.toSorted())
})
