import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLog, type TrunkId } from '#kernel'
import { EdgeError, type PeerFault } from './edge-error.ts'
import { reachLog } from './reach-log.ts'

const trunk = 'carrier' as TrunkId
const target = { address: '192.0.2.7', port: 5061 }
const failure = (reason: PeerFault) => new EdgeError('EDGE_PEER_UNREACHABLE', 'no', { reason })

function logged() {
  const lines: string[] = []
  return { lines, told: reachLog(openLog('info', (line) => void lines.push(line))) }
}

test('reachLog() tells that a peer is missing once for each reason, and that it is back', () => {
  const { lines, told } = logged()
  for (let probe = 0; probe < 5; probe++) told.missed(trunk, target, failure('refused'))
  assert.equal(lines.length, 1)
  told.missed(trunk, target, failure('timeout'))
  told.missed(trunk, target, failure('timeout'))
  assert.equal(lines.length, 2)
  told.reached(trunk, target)
  told.reached(trunk, target)
  assert.equal(lines.length, 3)
  assert.match(lines[2] ?? '', /reached again/)
  told.missed(trunk, target, failure('timeout'))
  assert.equal(lines.length, 4)
})

test('reachLog() tells of each address by itself, and keeps no more than a thousand', () => {
  const { lines, told } = logged()
  for (let port = 1; port <= 1_001; port++) told.missed(trunk, { ...target, port }, failure('refused'))
  assert.equal(lines.length, 1_001)
  told.missed(trunk, { ...target, port: 1_001 }, failure('refused'))
  assert.equal(lines.length, 1_001)
  told.missed(trunk, { ...target, port: 1 }, failure('refused'))
  assert.equal(lines.length, 1_002)
})
