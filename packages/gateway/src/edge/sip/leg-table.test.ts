import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LegId } from '#kernel'
import { answeredCall, startTestEdge } from './test-edge.ts'
import type { DialogLeg } from './dialog-leg.ts'
import { legTable } from './leg-table.ts'
import type { Trunk } from './trunk.ts'

const trunk = { id: 'here' } as Trunk
let keys = 0

/** What a table looks at. */
function leg(o: { id?: string; state?: DialogLeg['state']; ownsCallId?: boolean } = {}): DialogLeg {
  const { id = 'leg_1', state = 'confirmed', ownsCallId = false } = o
  return { id: id as LegId, key: `key ${(keys += 1)}`, state, ownsCallId, trunk } as unknown as DialogLeg
}

test('legTable() counts what comes and goes, each once', () => {
  const counted: string[] = []
  const table = legTable((name) => void counted.push(name))
  const one = leg()
  table.add(one)
  table.remove(one)
  table.remove(one)
  assert.deepEqual(counted, ['legs_opened', 'legs_retired'])
  assert.equal(table.size, 0)
})

test('legTable() counts a trunk’s incoming calls, and none of ours', () => {
  const table = legTable(() => {})
  const [incoming, outgoing] = [leg(), leg({ ownsCallId: true })]
  table.add(incoming)
  table.add(outgoing)
  assert.equal(table.incomingOf(trunk), 1)
  table.remove(outgoing)
  table.remove(incoming)
  assert.equal(table.incomingOf(trunk), 0)
})

test('legTable() finds a leg by its name, the answered one of several forks first', () => {
  const table = legTable(() => {})
  const [early, answered] = [leg({ state: 'early' }), leg()]
  table.add(early)
  table.add(answered)
  assert.equal(table.named('leg_1' as LegId), answered)
  table.remove(answered)
  assert.equal(table.named('leg_1' as LegId), early)
  assert.equal(table.named('leg_2' as LegId), undefined)
})

test('legTable() tells two calls of one Call-ID apart by their tags', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  const first = await answeredCall(edge, peer)
  const second = await answeredCall(edge, peer, { from: '<sip:b@trunk.example>;tag=other' })
  assert.notEqual(first.call.incoming.leg, second.call.incoming.leg)
  assert.equal(edge.counts.get('legs_opened'), 2)
})
