import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callBook } from './call-facts.ts'

const said = (call: string, type: string, data: object = {}, about: object = {}) => ({
  id: 'evt_1',
  type,
  call,
  data: data as Record<string, unknown>,
  about: about as Record<string, unknown>,
})

test('callBook() knows of a call what was asked and told of it, until it is over', () => {
  const book = callBook('AC1')
  const first = {
    direction: 'outbound',
    from: '+1',
    to: '+2',
    state: 'ringing',
    identity: { status: 'none' },
  }
  const facts = book.note(said('a', 'call.connected', first), 1_000)
  assert.deepEqual([facts.direction, facts.from, facts.to, facts.state], ['outbound', '+1', '+2', 'ringing'])
  assert.equal(facts.first, first)
  assert.equal(book.note(said('a', 'call.answered'), 2_000).answeredAtMs, 2_000)
  assert.equal(book.note(said('a', 'call.gathered', { state: 'active' }), 3_000).answeredAtMs, 2_000)
  assert.deepEqual([facts.next('x'), facts.next('x'), facts.next('y')], [0, 1, 0])
  const over = book.note(said('a', 'call.ended', { sip_status: 486 }), 4_000)
  assert.deepEqual([over.state, over.sipStatus, book.size], ['ended', 486, 0])
})

test('callBook() takes who talks with whom from what is told beside an event', () => {
  const facts = callBook('AC1').note(
    said('a', 'recording.started', {}, { from: '+1', to: '+2', state: 'active' }),
    5,
  )
  assert.deepEqual([facts.from, facts.to, facts.state, facts.answeredAtMs], ['+1', '+2', 'active', 5])
})

test('callBook() knows for a while who talked in a call that is over, and that it is over', () => {
  const book = callBook('AC1')
  book.note(said('a', 'call.incoming', { from: '+1', to: '+2' }), 1_000).next('call')
  book.note(said('a', 'call.ended'), 2_000)
  const late = book.note(said('a', 'recording.stored', {}, { state: 'active' }), 3_000)
  assert.deepEqual([late.from, late.to, late.state, late.next('call')], ['+1', '+2', 'ended', 1])
  assert.deepEqual([book.size, book.others], [0, 1])
  assert.equal(book.note(said('b', 'payment.settled'), 2_000 + 600_000).state, 'ringing')
  assert.equal(book.others, 1, 'the first one’s time is over')
  assert.equal(book.note(said('a', 'transcript.completed'), 700_000).from, '')
})

test('callBook() makes no call of what is told of one that it does not know, and remembers few of them', () => {
  const book = callBook('AC1')
  for (let index = 0; index < 3_000; index++) book.note(said(`call ${index}`, 'recording.stored'), index)
  assert.deepEqual([book.size, book.others], [0, 1_000])
  book.note(said('call 2999', 'call.incoming'), 3_000)
  assert.deepEqual([book.size, book.others], [1, 999])
  for (let index = 0; index < 3_000; index++) book.note(said(`late ${index}`, 'call.paid'), 3_000)
  assert.deepEqual([book.size, book.others], [1, 1_000], 'a call that goes on is not pushed out by those')
})

test('callBook() forgets the oldest call when nobody says that calls end', () => {
  const book = callBook('AC1')
  for (let index = 0; index < 50_010; index++) book.note(said(`call ${index}`, 'call.incoming'), index)
  assert.equal(book.size, 50_000)
  assert.equal(book.note(said('call 50009', 'call.gathered'), 0).next('x'), 0)
})

test('callBook() does not take whom a call dials for whom it was made to', () => {
  const book = callBook('AC1')
  book.note(said('a', 'call.incoming', { from: '+1', to: '+2' }), 1_000)
  const facts = book.note(said('a', 'leg.ringing', { from: '+8', to: '+9' }, { from: '+1', to: '+2' }), 2_000)
  assert.deepEqual([facts.from, facts.to], ['+1', '+2'])
})
