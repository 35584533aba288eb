import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bench, type Bench } from './test-bench.ts'
import type { Table } from './transitions.ts'

/** A transaction under test. */
export interface Subject {
  readonly bench: Bench
  readonly state: () => string
}

export interface Walk<State extends string, Event extends string, Action extends string> {
  readonly name: string
  readonly table: Table<State, Event, Action>
  /** From the start into a state, over an unreliable flow. */
  readonly reach: Readonly<Record<State, ((bench: Bench) => Subject) | undefined>>
  /** How each event comes about: a number is a timer's delay. */
  readonly cause: Readonly<Record<Event, number | ((subject: Subject) => void)>>
  /** What is seen of each action. */
  readonly effect: (action: Action, event: Event, state: State) => string
  /** What is seen besides, before the row's own effects. */
  readonly noise?: Partial<Record<Event, readonly string[]>>
  /** Done before a timer is waited for, where its state does not start it. */
  readonly prepare?: Partial<Record<Event, (subject: Subject) => void>>
}

function bringAbout<S extends string, E extends string, A extends string>(
  walk: Walk<S, E, A>,
  subject: Subject,
  event: E,
): void {
  const { log, timers } = subject.bench
  const cause = walk.cause[event]
  walk.prepare?.[event]?.(subject)
  if (typeof cause === 'number') timers.advance(cause - 1)
  log.length = 0
  if (typeof cause === 'number') timers.advance(1)
  else cause(subject)
}

function checkRow<S extends string, E extends string, A extends string>(
  walk: Walk<S, E, A>,
  state: S,
  event: E,
): void {
  const row: readonly [S, ...A[]] | undefined = walk.table[state][event]
  const timer = typeof walk.cause[event] === 'number'
  if (row === undefined && timer) return // a timer without a row does not run
  const [next, ...actions] = row ?? [state]
  const title =
    row === undefined ? `ignores ${event} in ${state}` : `goes from ${state} to ${next} on ${event}`
  test(`${walk.name} ${title}`, () => {
    const reach = walk.reach[state]
    assert.ok(reach, 'every state with rows is reached')
    const subject = reach(bench())
    assert.equal(subject.state(), state)
    bringAbout(walk, subject, event)
    assert.equal(subject.state(), next)
    const noise = row === undefined ? [] : (walk.noise?.[event] ?? [])
    assert.deepEqual(subject.bench.log, [
      ...noise,
      ...actions.map((action) => walk.effect(action, event, state)),
    ])
    if (next === 'terminated') assert.equal(subject.bench.layer.size, 0)
  })
}

/** One test for each pair of state and event: each row by all it does, each pair without a row by its silence. */
export function walkTable<S extends string, E extends string, A extends string>(walk: Walk<S, E, A>): void {
  for (const state of Object.keys(walk.table) as S[]) {
    if (state === 'terminated') continue
    for (const event of Object.keys(walk.cause) as E[]) checkRow(walk, state, event)
  }
}
