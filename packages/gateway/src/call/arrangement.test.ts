import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arrange, type Party, type Scene } from './arrangement.ts'

const party = (leg: string, state: Party<string>['state'], holds = false): Party<string> => ({
  leg,
  state,
  holds,
})
const nothing: Scene<string> = {
  first: { leg: 'A', holds: false },
  other: undefined,
  third: undefined,
  held: false,
  ring: 'early',
  hasMusic: true,
}

/** `A-B` for a bridge, `A:music` for what is heard. */
function told(scene: Partial<Scene<string>>): string {
  const { bridge, hears } = arrange({ ...nothing, ...scene })
  return [...(bridge ? [bridge.join('-')] : []), ...[...hears].map((heard) => heard.join(':'))].join(' ')
}

test('arrange() says what a caller hears while somebody is dialled', () => {
  const dialled = (state: Party<string>['state'], more: Partial<Scene<string>> = {}) =>
    told({ other: party('B', state), ...more })
  assert.equal(told({}), '')
  assert.equal(dialled('silent'), '')
  assert.equal(dialled('ringing'), 'A:ringback')
  assert.equal(dialled('early'), 'A-B')
  assert.equal(dialled('early', { ring: 'ringback' }), 'A:ringback')
  assert.equal(dialled('silent', { ring: 'music' }), 'A:music')
  assert.equal(dialled('early', { ring: 'music', hasMusic: false }), 'A:ringback')
  assert.equal(told({ other: { leg: undefined, state: 'ringing', holds: false } }), 'A:ringback')
})

test('arrange() connects who talks, and holds whom the app holds', () => {
  const other = party('B', 'up')
  assert.equal(told({ other }), 'A-B')
  assert.equal(told({ other, held: true }), 'A:music')
  assert.equal(told({ held: true }), 'A:music')
})

test('arrange() gives music to whom a peer holds; without music of ours the holder’s own passes', () => {
  const held = { other: party('B', 'up', true) }
  const holding = { first: { leg: 'A', holds: true }, other: party('B', 'up') }
  const both = { first: { leg: 'A', holds: true }, other: party('B', 'up', true) }
  assert.equal(told(held), 'A:music')
  assert.equal(told(holding), 'B:music')
  assert.equal(told(both), 'A-B')
  assert.equal(told({ ...held, hasMusic: false }), 'A-B')
})

test('arrange() keeps the caller on hold while the other side consults a third', () => {
  const other = party('B', 'up')
  const consult = (state: Party<string>['state']) =>
    told({ other, third: { ...party('C', state), asked: 'consult' } })
  assert.equal(consult('silent'), 'A:music')
  assert.equal(consult('ringing'), 'A:music B:ringback')
  assert.equal(consult('early'), 'B-C A:music')
  assert.equal(consult('up'), 'B-C A:music')
})

test('arrange() lets whoever a transfer is for hear it ring', () => {
  const other = party('B', 'up')
  assert.equal(told({ other, third: { ...party('C', 'silent'), asked: 'by-other' } }), 'A:ringback')
  assert.equal(told({ other, third: { ...party('C', 'silent'), asked: 'by-first' } }), 'B:ringback')
})
