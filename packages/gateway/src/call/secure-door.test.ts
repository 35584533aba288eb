import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#kernel'
import type { SecureRoom } from '#media'
import { roomFor, secureDoor } from './secure-door.ts'

const room = roomFor({ mode: 'caller', agent: 'speech', mask: 'silence' })

function bench() {
  const clock = fakeClock()
  const said: string[] = []
  const leg = (name: string) => ({
    room: null as SecureRoom | null,
    async secure(asked: SecureRoom | null) {
      this.room = asked
      said.push(`${name} ${asked === null ? 'plain' : 'secret'}`)
    },
  })
  return { clock, said, leg, door: secureDoor(clock) }
}

test('secureDoor() opens after a second, and resolves then', async () => {
  const { clock, said, leg, door } = bench()
  void door.open(leg('a'), room)
  clock.advance(5_000)
  door.keyed()
  clock.advance(300)
  let isOpen = false
  const closed = door.close().then(() => (isOpen = true))
  clock.advance(999)
  assert.deepEqual(said, ['a secret'])
  clock.advance(1)
  assert.deepEqual(said, ['a secret', 'a plain'])
  await closed
  assert.equal(isOpen, true)
})

test('secureDoor() stays shut for somebody who presses on while it opens, but not for ever', async () => {
  const { clock, said, leg, door } = bench()
  void door.open(leg('a'), room)
  door.keyed()
  const closed = door.close()
  for (let key = 0; key < 10; key += 1) {
    clock.advance(900)
    door.keyed()
  }
  assert.deepEqual(said, ['a secret'])
  clock.advance(999)
  assert.deepEqual(said, ['a secret'])
  clock.advance(1)
  assert.deepEqual(said, ['a secret', 'a plain'])
  await closed

  void door.open(leg('b'), room)
  const forced = door.close()
  for (let ms = 0; ms < 20_000; ms += 500) {
    door.keyed()
    clock.advance(500)
  }
  assert.equal(said.at(-1), 'b plain')
  await forced
  assert.equal(clock.timers, 0)
})

test('secureDoor() stays shut when it is shut again meanwhile, and whoever waited goes on', async () => {
  const { clock, said, leg, door } = bench()
  const caller = leg('a')
  void door.open(caller, room)
  const closed = door.close()
  void door.open(caller, room)
  await closed
  clock.advance(10_000)
  assert.deepEqual(said, ['a secret', 'a secret'])
})

test('secureDoor() makes one leg plain before another one is secret', () => {
  const { said, leg, door } = bench()
  void door.open(leg('a'), room)
  void door.open(leg('b'), room)
  assert.deepEqual(said, ['a secret', 'a plain', 'b secret'])
})

test('secureDoor() leaves a leg alone that is in a room of another call by now', () => {
  const { clock, said, leg, door } = bench()
  const caller = leg('a')
  void door.open(caller, room)
  void door.close()
  void caller.secure({ ...room })
  clock.advance(5_000)
  assert.deepEqual(said, ['a secret', 'a secret'])
})

test('secureDoor() stays shut for good on a leg that goes, and whoever waited goes on', async () => {
  const { clock, said, leg, door } = bench()
  void door.open(leg('a'), room)
  const closed = door.close()
  door.keepShut()
  await closed
  clock.advance(5_000)
  await door.close()
  assert.deepEqual([said, clock.timers], [['a secret'], 0])
})

test('secureDoor() has nothing to do when nobody is inside', async () => {
  const { clock, said, door } = bench()
  await door.close()
  assert.deepEqual([said, clock.timers], [[], 0])
})

test('roomFor() lets speech through to an agent only, and only where that is asked for', () => {
  for (const [mode, agent, bridge] of [
    ['caller', 'speech', 'nothing'],
    ['agent', 'speech', 'speech'],
    ['agent', 'muted', 'nothing'],
  ] as const) {
    const { bridge: given, streams, recording, listening } = roomFor({ mode, agent, mask: 'beep' })
    assert.deepEqual([given, streams, recording, listening], [bridge, 'nothing', 'nothing', 'nothing'])
  }
})
